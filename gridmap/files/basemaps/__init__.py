"""Base maps (底图) that an operator configures: what is declared, where their pictures come from, how they are made to fit."""
