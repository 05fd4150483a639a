"""What a reader of a verdict should know before believing it."""
