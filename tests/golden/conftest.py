"""The projects below are material, not tests."""

collect_ignore_glob = ["*/project/*"]
