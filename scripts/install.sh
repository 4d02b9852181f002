#!/bin/sh
# Install cortexd as a service: program to /usr/lib/cortexd, /usr/bin/cortexd, unit, user. An upgrade keeps configuration
# and state. With DESTDIR everything is laid out below it and the system is left alone (packaging, tests).
set -eu

usage() {
  cat <<'TEXT'
Usage: sudo scripts/install.sh [--no-start] [--fleet]

Builds cortexd if needed and installs it as the systemd service "cortexd".
  --no-start   install, but do not enable or start the service
  --fleet      keep the client for a fleet of machines (docs/fleet.md), 1.7 MB
  DESTDIR=DIR  (environment) lay the files out below DIR and do nothing else
TEXT
}

start=yes
fleet=no
for argument in "$@"; do
  case "$argument" in
    --no-start) start=no ;;
    --fleet) fleet=yes ;;
    -h | --help) usage; exit 0 ;;
    *) echo "install.sh: Expected --no-start, --fleet or --help but received $argument" >&2; usage >&2; exit 64 ;;
  esac
done

dest=${DESTDIR:-}
root=$(cd "$(dirname "$0")/.." && pwd)
if [ -z "$dest" ] && [ "$(id -u)" -ne 0 ]; then
  echo "install.sh: Expected to run as root to install below /usr and /etc. Run: sudo $0" >&2
  exit 1
fi
if ! node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null; then
  echo "install.sh: Expected Node.js 20.19 or newer but found $(node --version 2>/dev/null || echo none)." >&2
  echo "  Debian 13: apt install nodejs npm. Debian 12 has 18, which is too old: install the .deb (scripts/build-deb.sh)," >&2
  echo "  which brings its own, or Node.js 22 as https://nodejs.org/en/download says." >&2
  exit 1
fi

cd "$root"
if [ ! -d node_modules ]; then npm ci --no-audit --no-fund; fi
if [ ! -f dist/src/cli/main.js ] || [ -n "$(find src -newer dist/src/cli/main.js -name '*.ts' | head -n 1)" ]; then npm run --silent build; fi

library=$dest/usr/lib/cortexd
# Beside the old one and then swapped: an interrupted copy leaves the installed program whole.
rm -rf "$library.new"
mkdir -p "$library.new/dist" "$dest/usr/bin" "$dest/etc/cortexd" "$dest/usr/lib/systemd/system" \
  "$dest/usr/lib/sysusers.d" "$dest/usr/lib/tmpfiles.d" "$dest/usr/lib/udev/rules.d"
cp -R dist/src "$library.new/dist/"
# What an earlier build left behind has no source any more.
(cd "$library.new/dist/src" && find . -name '*.js') | while read -r file; do
  if [ ! -f "src/${file%.js}.ts" ]; then rm "$library.new/dist/src/$file"; fi
done
mkdir -p "$library.new/src/web"
cp -R src/web/public "$library.new/src/web/"
cp -R package.json package-lock.json README.md LICENSE config "$library.new/"
cp -R node_modules "$library.new/"
# What only the tests and the build need is left out; nothing is fetched.
(cd "$library.new" && npm prune --omit=dev --no-audit --no-fund --ignore-scripts --offline >/dev/null 2>&1) ||
  echo "install.sh: The packages for development could not be left out; the installation is larger than it need be" >&2
if [ "$fleet" = yes ]; then
  for package in @nats-io js-sha256 tweetnacl; do cp -R "node_modules/$package" "$library.new/node_modules/"; done
fi
rm -rf "$library.old"
if [ -d "$library" ]; then mv "$library" "$library.old"; fi
mv "$library.new" "$library"
rm -rf "$library.old"

cat >"$dest/usr/bin/cortexd" <<'SH'
#!/bin/sh
# Memory as the service's unit has it (systemd/cortexd.service), also when it is run by hand.
export MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=16384 MALLOC_TRIM_THRESHOLD_=65536
exec node --max-old-space-size=192 --max-semi-space-size=1 /usr/lib/cortexd/dist/src/cli/main.js "$@"
SH
chmod 0755 "$dest/usr/bin/cortexd"
documents=$dest/usr/share/doc/cortexd
rm -rf "$documents"
mkdir -p "$documents" "$dest/usr/share/man/man1"
cp -R README.md LICENSE CHANGELOG.md docs "$documents/"
cp config/cortexd.example.yaml "$documents/"
node scripts/man-page.mjs | gzip -9n >"$dest/usr/share/man/man1/cortexd.1.gz"
install -m 0644 systemd/cortexd.service "$dest/usr/lib/systemd/system/cortexd.service"
install -m 0644 systemd/cortexd.sysusers "$dest/usr/lib/sysusers.d/cortexd.conf"
install -m 0644 systemd/cortexd.tmpfiles "$dest/usr/lib/tmpfiles.d/cortexd.conf"
install -m 0644 systemd/60-cortexd.rules "$dest/usr/lib/udev/rules.d/60-cortexd.rules"
if [ -e "$dest/etc/cortexd/config.yaml" ]; then fresh=no; else fresh=yes; fi
# LoadCredential wants the file to exist; empty means no password.
if [ ! -e "$dest/etc/cortexd/mqtt-password" ]; then install -m 0600 /dev/null "$dest/etc/cortexd/mqtt-password"; fi

if [ -n "$dest" ]; then
  echo "Laid out below $dest"
  exit 0
fi
systemd-sysusers /usr/lib/sysusers.d/cortexd.conf
if [ "$fresh" = no ]; then chgrp cortexd /etc/cortexd/config.yaml; fi
systemd-tmpfiles --create /usr/lib/tmpfiles.d/cortexd.conf
systemctl daemon-reload
if [ "$start" = yes ] && [ "$fresh" = no ]; then
  systemctl enable cortexd.service
  systemctl restart cortexd.service
  echo "Installed and started. Look at it: systemctl status cortexd; cortexd status"
elif [ "$start" = yes ]; then
  systemctl enable cortexd.service
  echo "Installed. Now: sudo cortexd init; sudo cortexd doctor; sudo systemctl start cortexd"
else
  echo "Installed, not started."
fi
