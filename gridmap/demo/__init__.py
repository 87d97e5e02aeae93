"""The fictional district 示例区 (990001), drawn from a seed; nothing in it exists."""
