python - > pipelines/train.yaml <<'END'
print("apiVersion: flyteops/v1\ntasks:")
for i in range(100_001):
    print(f" {i:x}:")
END
