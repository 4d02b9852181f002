#!/usr/bin/env bash
# A Debian package with everything inside: the program, its npm packages with their native parts, and a Node.js runtime. And a
# small one, cortexd-fleet, with what only a fleet needs: the NATS client.
#
#     scripts/build-deb.sh [amd64|arm64] [FOLDER]      default: this machine's architecture, into build/
#
# DEB_COMPRESSION=gzip is several times faster than xz, and for tests.
#
# Needs npm, dpkg-dev and a compiler; for another architecture than this machine's its cross compiler (gcc-aarch64-linux-gnu,
# g++-aarch64-linux-gnu). Downloads from the npm registry only.
set -euo pipefail
cd "$(dirname "$0")/.."

# The runtime, and the database module that needs no compiling for it.
NODE_VERSION=22.23.3
SQLITE_VERSION=13.2.0

arch=${1:-$(dpkg --print-architecture)}
out=$(realpath -m "${2:-build}")
case "$arch" in
  amd64) cpu=x64 triplet=x86_64-linux-gnu ;;
  arm64) cpu=arm64 triplet=aarch64-linux-gnu ;;
  *) echo "build-deb.sh: Expected amd64 or arm64 but received $arch" >&2; exit 64 ;;
esac
version=$(node -p 'require("./package.json").version')
stage=$out/deb-$arch
root=$stage/root
library=$root/usr/lib/cortexd
rm -rf "$stage"
mkdir -p "$library/bin" "$library/dist" "$library/src/web" "$root/usr/bin" "$root/usr/share/man/man1" "$root/usr/share/doc/cortexd" \
  "$root/usr/share/lintian/overrides" "$root/usr/lib/systemd/system" "$root/usr/lib/sysusers.d" "$root/usr/lib/tmpfiles.d" \
  "$root/usr/lib/udev/rules.d" "$root/DEBIAN"

if [ ! -f dist/src/cli/main.js ] || [ -n "$(find src -newer dist/src/cli/main.js -name '*.ts' | head -n 1)" ]; then
  npm run --silent build
fi

echo "== runtime and packages for $arch"
mkdir "$stage/runtime"
(
  cd "$stage/runtime"
  echo '{"private":true}' >package.json
  npm install --silent --force --ignore-scripts --no-audit --no-fund "node-linux-$cpu@$NODE_VERSION"
)
runtime=$stage/runtime/node_modules/node-linux-$cpu
install -m 0755 "$runtime/bin/node" "$library/bin/node"
cp package.json package-lock.json "$library/"
(
  cd "$library"
  npm ci --silent --omit=dev --os=linux --cpu="$cpu" --libc=glibc --ignore-scripts --force --no-audit --no-fund
  npm install --silent --no-save --omit=dev --os=linux --cpu="$cpu" --libc=glibc --ignore-scripts --force --no-audit --no-fund \
    "better-sqlite3@$SQLITE_VERSION"
  # What is compiled: against the headers of the runtime inside, for its processor.
  export npm_config_nodedir=$runtime npm_config_arch=$cpu
  if [ "$arch" != "$(dpkg --print-architecture)" ]; then export CC=$triplet-gcc CXX=$triplet-g++; fi
  npm rebuild --silent --foreground-scripts epoll unix-dgram
)
rm "$library/package-lock.json"
# What only a fleet needs goes into a package of its own: nobody else has it on the disk.
fleet=$stage/fleet
mkdir -p "$fleet/usr/lib/cortexd" "$fleet/usr/share/doc/cortexd-fleet" "$fleet/DEBIAN" "$stage/client"
mapfile -t client < <(node -p 'Object.entries(require("./package.json").peerDependencies).map((one) => one.join("@")).join("\n")')
(
  cd "$stage/client"
  echo '{"private":true}' >package.json
  npm install --silent --ignore-scripts --no-audit --no-fund "${client[@]}"
)
mv "$stage/client/node_modules" "$fleet/usr/lib/cortexd/node_modules"
rm "$fleet/usr/lib/cortexd/node_modules/.package-lock.json"

echo "== files"
cp -R dist/src "$library/dist/"
# What an earlier build left behind has no source any more.
(cd "$library/dist/src" && find . -name '*.js') | while read -r file; do [ -f "src/${file%.js}.ts" ] || rm "$library/dist/src/$file"; done
cp -R src/web/public "$library/src/web/"
cp -R config "$library/"
# Sources, headers, objects, other platforms and what describes them to compilers are of no use in an installation.
find "$library/node_modules" -depth \( -path '*/build/Release/obj.target' -o -path '*/build/Release/.deps' -o -path '*/prebuilds/darwin*' \
  -o -path '*/prebuilds/win32*' -o -path '*/better-sqlite3/deps' -o -path '*/better-sqlite3/src' \) -exec rm -rf {} +
find "$library" "$fleet" -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.ts' -o -name '*.mts' -o -name '*.cts' -o -name '*.o' -o -name '*.a' \
  -o -name '*.gyp' -o -name '*.sh' -o -name '*.mk' -o -name 'Makefile' -o -name '*.c' -o -name '*.cc' -o -name '*.cpp' -o -name '*.h' -o -name '.*' \) -delete
find "$library/node_modules" -path '*/prebuilds/*' -type f ! -name "*linux-$cpu*" ! -path "*linux-$cpu*" -delete
find "$library/node_modules" "$fleet/usr" -type d \( -name test -o -name tests -o -name example -o -name examples -o -name benchmark -o -name benchmarks \
  -o -name integration-test -o -name docs -o -name website -o -name .husky \) -prune -exec rm -rf {} +
find "$library/node_modules" "$fleet/usr" -type f \( -name '*.html' -o -name '*.markdown' \) -delete
find "$fleet/usr/lib" -type f \( -name 'README*' -o -name '*.min.js' \) -delete
# Only what is compiled needs these.
rm -rf "$library/node_modules/nan" "$library/node_modules/node-addon-api" "$library/node_modules/bindings/README.md"
find "$library" "$fleet/usr/lib" -type d -empty -delete
find "$library/node_modules" -name '*.node' -exec "${triplet}-strip" --strip-unneeded {} + 2>/dev/null || true
cat >"$root/usr/bin/cortexd" <<'SH'
#!/bin/sh
# Memory as the service's unit has it (systemd/cortexd.service), also when it is run by hand.
export MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=16384 MALLOC_TRIM_THRESHOLD_=65536
exec /usr/lib/cortexd/bin/node --max-old-space-size=192 --max-semi-space-size=1 /usr/lib/cortexd/dist/src/cli/main.js "$@"
SH
install -m 0644 systemd/cortexd.service "$root/usr/lib/systemd/system/cortexd.service"
install -m 0644 systemd/cortexd.sysusers "$root/usr/lib/sysusers.d/cortexd.conf"
install -m 0644 systemd/cortexd.tmpfiles "$root/usr/lib/tmpfiles.d/cortexd.conf"
install -m 0644 systemd/60-cortexd.rules "$root/usr/lib/udev/rules.d/60-cortexd.rules"
cp -R README.md docs config/cortexd.example.yaml "$root/usr/share/doc/cortexd/"
node scripts/man-page.mjs | gzip -9n >"$root/usr/share/man/man1/cortexd.1.gz"
gzip -9n <CHANGELOG.md >"$root/usr/share/doc/cortexd/NEWS.gz"
for name in cortexd cortexd-fleet; do
  into=$root
  if [ "$name" = cortexd-fleet ]; then into=$fleet; fi
  gzip -9n >"$into/usr/share/doc/$name/changelog.gz" <<TXT
$name ($version) unstable; urgency=medium

  * What has changed stands in NEWS.gz of cortexd.

 -- cortexd maintainers <maintainers@cortexd.invalid>  $(date -R -u -d "@$(git log -1 --format=%ct 2>/dev/null || date +%s)")
TXT
done
{
  echo 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/'
  echo 'Upstream-Name: cortexd'
  echo 'Comment: The licenses of the runtime and of each npm package lie beside them below /usr/lib/cortexd.'
  echo
  echo 'Files: *'
  echo "Copyright: $(sed -n 's/^Copyright (c) //p' LICENSE)"
  echo 'License: Expat'
  sed -n '/^Permission/,$p' LICENSE | sed 's/^$/./; s/^/ /'
} >"$root/usr/share/doc/cortexd/copyright"
cp "$root/usr/share/doc/cortexd/copyright" "$fleet/usr/share/doc/cortexd-fleet/copyright"
# The runtime and the npm packages are inside on purpose: Debian's are too old, or not there.
cat >"$root/usr/share/lintian/overrides/cortexd" <<'TXT'
cortexd: embedded-library
cortexd: unstripped-binary-or-object
cortexd: custom-library-search-path
# They are read by the runtime, not started.
cortexd: script-not-executable
TXT

echo "== package"
maintainer='cortexd maintainers <maintainers@cortexd.invalid>'
cat >"$root/DEBIAN/control" <<TXT
Package: cortexd
Version: $version
Architecture: $arch
Maintainer: $maintainer
Installed-Size: $(du -sk --exclude=DEBIAN "$root" | cut -f 1)
Depends: libc6 (>= 2.36), libstdc++6, libatomic1, systemd (>= 252)
Recommends: ffmpeg
Suggests: gpiod, mosquitto, rpicam-apps, cortexd-fleet
Section: video
Priority: optional
Description: learns what a camera normally sees and tells what is unusual
 cortexd watches a camera, learns by itself, all the time and in fixed memory,
 what is normal there, and says over MQTT when something unusual happens and
 what it expects next. It runs on computers of the Raspberry Pi class.
 .
 The package brings its own Node.js runtime.
TXT
cat >"$fleet/DEBIAN/control" <<TXT
Package: cortexd-fleet
Version: $version
Architecture: all
Maintainer: $maintainer
Installed-Size: $(du -sk --exclude=DEBIAN "$fleet" | cut -f 1)
Depends: cortexd (= $version)
Suggests: nats-server
Section: video
Priority: optional
Description: lets several machines with cortexd share their cameras
 The client of the NATS servers over which machines with cortexd share their
 network cameras: each is watched by one of them, and by another when that one
 dies. Who has one machine does not need it.
TXT
cat >"$root/DEBIAN/postinst" <<'SH'
#!/bin/sh
set -e
if [ "$1" = configure ]; then
  systemd-sysusers cortexd.conf
  systemd-tmpfiles --create cortexd.conf || true
  # LoadCredential wants the file to exist; empty means no password.
  if [ ! -e /etc/cortexd/mqtt-password ]; then install -m 0600 /dev/null /etc/cortexd/mqtt-password; fi
  if [ -d /run/systemd/system ]; then
    systemctl daemon-reload || true
    udevadm control --reload 2>/dev/null || true
    systemctl enable cortexd.service || true
    # Without a configuration there is nothing to start yet: cortexd init makes one.
    if [ -e /etc/cortexd/config.yaml ]; then systemctl restart cortexd.service || true; fi
  fi
  if [ ! -e /etc/cortexd/config.yaml ]; then
    echo "cortexd: now run: sudo cortexd init; sudo cortexd doctor; sudo systemctl start cortexd"
  fi
fi
SH
cat >"$root/DEBIAN/prerm" <<'SH'
#!/bin/sh
set -e
# An upgrade restarts the service when the new program is there.
if [ "$1" = remove ] && [ -d /run/systemd/system ]; then systemctl disable --now cortexd.service || true; fi
SH
cat >"$root/DEBIAN/postrm" <<'SH'
#!/bin/sh
set -e
if [ -d /run/systemd/system ]; then systemctl daemon-reload || true; fi
if [ "$1" = purge ]; then
  rm -rf /etc/cortexd /var/lib/cortexd
  if getent passwd cortexd >/dev/null; then userdel cortexd 2>/dev/null || true; fi
  if getent group cortexd >/dev/null; then groupdel cortexd 2>/dev/null || true; fi
fi
SH
chmod 0755 "$root/usr/bin/cortexd" "$root/DEBIAN/postinst" "$root/DEBIAN/prerm" "$root/DEBIAN/postrm"
find "$root" "$fleet" -type d -exec chmod 0755 {} +
find "$root" "$fleet" -type f -perm /022 -exec chmod go-w {} +
find "$library" "$fleet/usr/lib" -type f -perm /111 ! -path "$library/bin/node" -exec chmod a-x {} +
for folder in "$root" "$fleet"; do (cd "$folder" && find usr -type f -print0 | sort -z | xargs -0 md5sum >DEBIAN/md5sums); done
# pack FOLDER FILE
pack() {
  dpkg-deb --root-owner-group -Z"${DEB_COMPRESSION:-xz}" --build "$1" "$out/$2" >/dev/null
  echo "$out/$2 ($(du -h "$out/$2" | cut -f 1))"
}
pack "$root" "cortexd_${version}_$arch.deb"
pack "$fleet" "cortexd-fleet_${version}_all.deb"
