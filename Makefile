# coopfin の入口。make だけを打つと、できることの一覧が出る。
.DEFAULT_GOAL := help
.PHONY: help setup demo test lint

PORT ?= 8000
RESET ?=
ARGS ?=

help: ## この一覧を表示する
	@echo "coopfin（組合金融）"
	@echo
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' $(MAKEFILE_LIST) | while IFS="$$(printf '\t')" read -r name text; do printf '  make %-6s %s\n' "$$name" "$$text"; done

setup: ## 仮想環境と、要る部品だけを用意する
	@bin/setup demo

demo: setup ## デモの組合を用意して http://127.0.0.1:8000 で動かす（RESET=1 ではじめから、PORT=8001 で別の番号）
	@.venv/bin/python bin/demo --port $(PORT) $(if $(filter-out 0,$(RESET)),--reset)

test: ## 試験の全部を SQLite と PostgreSQL で走らせる（TEST_DATABASE_URL で接続先、ARGS="-k 伝票" で一部だけ）
	@bin/setup test
	@.venv/bin/python bin/test $(ARGS)

lint: ## 書き方（ruff）と部屋の上下（import-linter）を確かめる
	@bin/setup demo
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check --quiet .
	@.venv/bin/lint-imports --no-cache --no-logo
