"""What comes in from outside as a file: read in any format, with every doubt as a finding."""
