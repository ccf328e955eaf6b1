#!/bin/sh
# compose-setup.sh TOTAL - puts TOTAL tickets on sale, once, when `docker compose up` finds no sale.
#
# Typing the count anew opens a sale anew, so it is done only when Redis has said that there is
# none: any other answer than 0 (it is loading its log, the password is refused) leaves all as it
# is. A sale that is there is well; an answer that is neither is told, with exit 1.
set -eu

total=${1:?usage: compose-setup.sh TOTAL}
found=$(redis-cli exists ticket_hash_key)
case $found in
0) said=$(redis-cli hmset ticket_hash_key ticket_total_nums "$total" ticket_sold_nums 0) ;;
1) echo "setup: there is a sale of ticket already"; exit 0 ;;
*) said=$found ;;
esac
if [ "$said" != OK ]; then
	echo "setup: nothing was put on sale, Redis says: $said" >&2
	exit 1
fi
echo "setup: $total of ticket are on sale"
