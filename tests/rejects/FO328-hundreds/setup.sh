python - >> pipelines/train.yaml <<'END'
for i in range(502):
    print(f"    retires{i}: 3")
END
