"""Publishes to a broker under mutual TLS with a token's key, and hears it back: with_awsiotsdk.py KEY CERTIFICATE"""

import os
import sys
import threading

from awscrt import io, mqtt
from awsiot import mqtt_connection_builder

LIMIT = 20
arrived = threading.Event()


def hear(topic, payload, **_):
    print("received:", payload.decode())
    arrived.set()


library = io.Pkcs11Lib(file=os.environ["MODULE"], behavior=io.Pkcs11Lib.InitializeFinalizeBehavior.STRICT)
connection = mqtt_connection_builder.mtls_with_pkcs11(
    pkcs11_lib=library,
    user_pin=os.environ["PIN"],
    token_label=os.environ["LABEL"],
    private_key_label=sys.argv[1],
    cert_filepath=sys.argv[2],
    ca_filepath="authority.pem",
    endpoint="localhost",
    port=int(os.environ["PORT"]),
    client_id="token",
)
connection.connect().result(LIMIT)
connection.subscribe(topic="news", qos=mqtt.QoS.AT_LEAST_ONCE, callback=hear)[0].result(LIMIT)
connection.publish(topic="news", payload="by token", qos=mqtt.QoS.AT_LEAST_ONCE)[0].result(LIMIT)
heard = arrived.wait(LIMIT)
connection.disconnect().result(LIMIT)
sys.exit(not heard)
