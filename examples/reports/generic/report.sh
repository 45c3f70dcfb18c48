# Tells Matchbox how far this machine came, with curl or with wget (GNU's or BusyBox'). Put it in front of a script that
# installs:
#
#   report installing partitioning
#   report installed
#   report failed 'no disk' /var/log/install.log
#
# and, before what may fail, for a script that ends at the first error (set -e):
#
#   report_failure_with /var/log/install.log
matchbox_report_url='{{.matchbox_report_url}}'

report() { # STATE [REASON [FILE]]: the end of the file comes along
  report_query="state=$1&reason=$(printf %s "${2-}" | sed 's/[^A-Za-z0-9._~-][^A-Za-z0-9._~-]*/+/g')"
  report_text=
  if [ -n "${3-}" ]; then
    report_text=$(mktemp)
    tail -c 60000 "$3" >"$report_text"
  fi
  for report_pause in 1 2 4 8 16 0; do
    if report_once "$matchbox_report_url?$report_query" "$report_text"; then
      rm -f "$report_text"
      return 0
    fi
    sleep "$report_pause"
  done
  rm -f "$report_text"
  echo "Matchbox could not be told: $1 ${2-}" >&2
  return 1
}

report_once() { # URL FILE
  if command -v curl >/dev/null; then
    if [ -n "$2" ]; then curl -fsS -o /dev/null --data-binary "@$2" "$1"; else curl -fsS -o /dev/null "$1"; fi
  elif [ -n "$2" ]; then
    wget -q -O /dev/null --post-file="$2" "$1"
  else
    wget -q -O /dev/null "$1"
  fi
}

report_failure_with() { # FILE: when the script ends with an error, the end of this file is what is told
  report_log=$1
  trap 'report_status=$?; [ "$report_status" = 0 ] || report failed "status $report_status" "$report_log" || true' EXIT
}
