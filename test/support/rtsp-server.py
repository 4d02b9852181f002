#!/usr/bin/python3
"""rtsp-server.py - a real RTSP server on a free port of the loopback address, which it prints.

    rtsp-server.py LAUNCH [USER PASSWORD [PORT [ADDRESS [PATH]]]]      with USER it asks for digest authentication

On SIGUSR1 a hand is laid over the lens: the element named "scene" (a videotestsrc) goes black; again, and it is taken away.
An element named "sent" (an identity) makes it print the time at which each picture is handed to the network (ms since 1970).
On SIGUSR2 the camera is set otherwise while it sends: the element named "shape" (a capsfilter) gets twice the size and half
the rate; again, and it is as before.
"""
import signal
import sys
import time

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer

Gst.init(None)
launch, *login = sys.argv[1:]
server = GstRtspServer.RTSPServer()
server.set_address(login[3] if len(login) > 3 else "127.0.0.1")
server.set_service(login[2] if len(login) > 2 else "0")
factory = GstRtspServer.RTSPMediaFactory()
factory.set_launch(launch)
factory.set_shared(True)
if login and login[0]:
    auth = GstRtspServer.RTSPAuth()
    auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    auth.add_digest(login[0], login[1], token)
    server.set_auth(auth)
    permissions = GstRtspServer.RTSPPermissions()
    permissions.add_role("viewer")
    for right in ("media.factory.access", "media.factory.construct"):
        permissions.add_permission_for_role("viewer", right, True)
    factory.set_permissions(permissions)
media_of = []


def configure(_, media):
    media_of.append(media)
    sent = media.get_element().get_by_name("sent")
    if sent is not None:
        sent.set_property("signal-handoffs", True)
        sent.connect("handoff", lambda *_: print(f"{time.time() * 1000:.1f}", flush=True))


factory.connect("media-configure", configure)


def cover():
    for media in media_of:
        scene = media.get_element().get_by_name("scene")
        if scene is not None:
            scene.set_property("pattern", "smpte" if scene.get_property("pattern").value_nick == "black" else "black")
    return True


shapes = {}


def reshape():
    for media in media_of:
        shape = media.get_element().get_by_name("shape")
        if shape is None:
            continue
        before = shape.get_property("caps")
        _, width = before.get_structure(0).get_int("width")
        _, height = before.get_structure(0).get_int("height")
        _, rate, _ = before.get_structure(0).get_fraction("framerate")
        other = f"video/x-raw,width={2 * width},height={2 * height},framerate={max(1, rate // 2)}/1"
        shape.set_property("caps", shapes.pop(shape.get_name(), None) or Gst.Caps.from_string(other))
        if width < shape.get_property("caps").get_structure(0).get_int("width")[1]:
            shapes[shape.get_name()] = before
    return True


GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGUSR1, cover)
GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGUSR2, reshape)
server.get_mount_points().add_factory(login[4] if len(login) > 4 else "/cam", factory)
server.attach(None)
print(server.get_bound_port(), flush=True)
GLib.MainLoop().run()
