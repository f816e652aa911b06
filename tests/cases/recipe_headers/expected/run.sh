#!/bin/sh
# SPDX-FileCopyrightText: 2026 Acme
# SPDX-License-Identifier: MIT

echo hi
