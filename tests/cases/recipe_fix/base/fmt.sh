#!/bin/sh
sort -o list.txt list.txt
