#!/bin/sh
# Remove the service and the program. Configuration and what was learned stay, unless --purge is given.
set -eu
purge=no
case "${1:-}" in
  '') ;;
  --purge) purge=yes ;;
  *) echo "Usage: sudo scripts/uninstall.sh [--purge]    (--purge also deletes /etc/cortexd and /var/lib/cortexd)" >&2; exit 64 ;;
esac
dest=${DESTDIR:-}
if [ -z "$dest" ]; then
  if [ "$(id -u)" -ne 0 ]; then
    echo "uninstall.sh: Expected to run as root. Run: sudo $0" >&2
    exit 1
  fi
  systemctl disable --now cortexd.service 2>/dev/null || true
fi
rm -rf "$dest/usr/lib/cortexd"
rm -f "$dest/usr/bin/cortexd" "$dest/usr/lib/systemd/system/cortexd.service" "$dest/usr/lib/sysusers.d/cortexd.conf" \
  "$dest/usr/lib/tmpfiles.d/cortexd.conf" "$dest/usr/lib/udev/rules.d/60-cortexd.rules"
if [ "$purge" = yes ]; then rm -rf "$dest/etc/cortexd" "$dest/var/lib/cortexd"; fi
if [ -z "$dest" ]; then systemctl daemon-reload; fi
if [ "$purge" = yes ]; then echo "Removed, with configuration and state."; else echo "Removed. Configuration (/etc/cortexd) and what was learned (/var/lib/cortexd) are still there."; fi
