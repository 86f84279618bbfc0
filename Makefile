# One verb per chore; chores.py does the work, so that `python chores.py VERB` is the same where there is no make.
PYTHON ?= python3
VERBS = setup demo test lint docs bench locale

.PHONY: $(VERBS)
$(VERBS):
	@$(PYTHON) chores.py $@ $(ARGS)
