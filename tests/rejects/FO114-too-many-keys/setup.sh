python - > pipelines/train.yaml <<'END'
print("apiVersion: flyteops/v1\ntasks:\n  fit:\n    function: churn.model:fit\n    labels:")
for i in range(100_001):
    print(f"     {i}:")
END
