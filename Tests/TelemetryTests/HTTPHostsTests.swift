import Telemetry
import Testing

@Suite("HTTP hosts") struct HTTPHostsTests {
    static let hosts = HTTPHosts(["API.example.com", "martlet.example.org."])

    @Test(
        "a host that a stranger cannot own in the public DNS, or that was given → the server's",
        arguments: [
            // A kubelet's probe and Prometheus by the pod's address; a node's or a Service's address.
            "10.244.1.5:7472", "10.244.1.5", "192.0.2.1:30472", "[2001:db8::5]:7472", "[::1]", "[fe80::1%25eth0]:7472",
            // kubectl port-forward; a person on the node.
            "localhost", "localhost:7472", "LOCALHOST:17472", "localhost.", "martlet.localhost:1", "127.0.0.1:7472",
            // Names that resolve inside a cluster or a site alone.
            "node-1:7472", "kubernetes", "kubernetes.default.svc", "martlet-controller.martlet-system.svc:7472",
            "x.martlet-system.svc.cluster.local", "10-244-1-5.martlet-system.pod.cluster.local:7472",
            // The API server's proxy.
            "api.example.com", "api.example.com:6443", "Api.Example.Com.", "martlet.example.org",
        ])
    func own(host: String) { #expect(Self.hosts.contain(host)) }

    @Test(
        "a host that a stranger can own, or that is none → rejected",
        arguments: [
            "", ":7472", "rebound.example.com", "rebound.example.com:7472", "127.0.0.1.example.com",
            "localhost.example.com",
            "api.example.com.example.net", "xapi.example.com", "svc.example.com", "example.svc.com",
            "evilsvc.cluster.local.com",
            "10.1.5", "[rebound.example.com]:7472", "[2001:db8::5", "2001:db8::5", "[2001:db8::5]x",
            "localhost:74x2", "127.0.0.1:7472:7472",
        ])
    func strange(host: String) { #expect(!Self.hosts.contain(host)) }
}
