#!/bin/sh
sort -o list.txt list.txt
echo changed > other.txt
