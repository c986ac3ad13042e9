"""What a first start publishes: three organizations, their repositories, real data and READMEs."""
