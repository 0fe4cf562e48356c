"""flyteops: declarative pipelines for data and machine-learning teams."""
