flyteops apply -y
