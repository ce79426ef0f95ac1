"""What is kept: confirmed text while it is being spoken, finished transcripts, their files."""
