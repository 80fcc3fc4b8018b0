# /// attack
# tries = "Connects to the world, to the host and to its services, by every family of sockets."
# threats = ["escape.network"]
# shows = ["reached: []"]
# ///

# %% use="honest"

# %%
import socket

reached = []
places = [("1.1.1.1", 53), ("8.8.8.8", 443), ("172.17.0.1", 22), ("169.254.169.254", 80), ("192.168.0.1", 80)]
for family, kind in [(socket.AF_INET, socket.SOCK_STREAM), (socket.AF_INET, socket.SOCK_DGRAM)]:
    for place in places:
        with socket.socket(family, kind) as outside:
            outside.settimeout(0.5)
            try:
                outside.connect(place)
                outside.send(b"x")
                reached.append(place)
            except OSError:
                continue
try:
    reached.append(socket.getaddrinfo("example.org", 80))
except OSError:
    pass
for family in (socket.AF_PACKET, getattr(socket, "AF_VSOCK", 40), 16, 38):
    try:
        opened = socket.socket(family, socket.SOCK_RAW)
        opened.settimeout(0.2)
        opened.connect((2, 1024) if family == 40 else ("eth0", 0))
        reached.append(family)
    except (OSError, TypeError):
        continue
print("reached:", reached)
