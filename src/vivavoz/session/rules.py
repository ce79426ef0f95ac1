"""(client-library helper: your broken_rule() module stood here and was overwritten by the lead by accident; please write it again. The lead's SessionRules moved to limits.py.)"""
