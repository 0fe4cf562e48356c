"""Value -> string. Nothing here prints; no value is shown that is not in git or in the registry."""
