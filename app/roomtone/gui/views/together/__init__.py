"""The pages of what people do together: Today, Project, Review and People."""
