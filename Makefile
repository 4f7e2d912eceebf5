# Every target is a one-word script in scripts/; CI calls the same ones.
# Two commands need nothing but python3 (3.11 or later) with pip: make demo, make test.

# Images set this for the sake of their size; each of many processes would then compile a thousand modules anew, in 3 s.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test pages check coverage docs bench constraints clean

demo:        ## run the Georgetown plant and say where the report is
	scripts/setup
	scripts/pages
	scripts/demo

test:        ## everything CI runs: style, types, layers, all tests, coverage
	scripts/setup dev
	scripts/together check prepare
	scripts/coverage

pages:       ## build the pages of the web app
	scripts/setup dev
	scripts/pages

check:       ## style, types and layers only
	scripts/setup dev
	scripts/check

coverage:    ## all tests, kernels uncompiled and compiled, with the share they cover
	scripts/setup dev
	scripts/coverage

docs:        ## write what comes from the code: pages of docs/, output of examples/
	scripts/setup dev
	scripts/docs

bench:       ## time and memory of the Georgetown scenario
	scripts/setup dev
	scripts/bench

constraints: ## pin the newest releases in constraints.txt
	scripts/setup dev
	scripts/constraints

clean:       ## remove .venv and everything the tools cached (runs/ stays)
	scripts/clean
