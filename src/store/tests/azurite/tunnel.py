"""A proxy that ends TLS for whatever name it is asked for and hands the bytes on to a server on loopback.

Arguments: its own port, the server's port, the certificate, the certificate's key.
"""

import socket
import ssl
import sys
import threading

OWN, SERVER = int(sys.argv[1]), int(sys.argv[2])
CONTEXT = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
CONTEXT.load_cert_chain(sys.argv[3], sys.argv[4])


def hand_on(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        pass
    for end in (source, target):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def serve(client):
    head = b""
    while b"\r\n\r\n" not in head:
        more = client.recv(4096)
        if not more:
            return
        head += more
    client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    inner = CONTEXT.wrap_socket(client, server_side=True)
    server = socket.create_connection(("127.0.0.1", SERVER))
    threading.Thread(target=hand_on, args=(inner, server), daemon=True).start()
    hand_on(server, inner)


listener = socket.create_server(("127.0.0.1", OWN))
while True:
    connection, _ = listener.accept()
    threading.Thread(target=serve, args=(connection,), daemon=True).start()
