"""Random and hostile input for everything that reads patches, logs and names: `make fuzz`."""
