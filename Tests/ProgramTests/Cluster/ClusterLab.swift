import Foundation
import TestAPIServer
import TestSupport

/// An API server in memory with Martlet's kinds and the RBAC of `deploy/`, in a network namespace with the programs.
///
/// Each program has the token of its own ServiceAccount, so that a rule that is missing in `deploy/` fails here.
final class ClusterLab: Sendable {
    let namespace: NetworkNamespace
    let client: NetworkNamespace
    let server: TestAPIServer
    let folder: TemporaryFolder
    private let tokens: [String: String]

    init() async throws {
        namespace = try NetworkNamespace("cluster")
        client = try NetworkNamespace("client")
        try client.connect("eth0", to: namespace, "eth0")
        try client.ip("address add 192.0.2.1/24 dev eth0")
        try namespace.ip("address add 192.0.2.2/24 dev eth0")
        folder = try TemporaryFolder()
        server = TestAPIServer(in: namespace)
        try await server.start()
        for file in try ClusterLab.manifests() { try await server.apply(yaml: file) }
        tokens = [
            "controller": await server.addAccount("martlet-controller"),
            "speaker": await server.addAccount("martlet-speaker", node: "n1"),
            "viewer": await server.addAccount("viewer"),
        ]
        try await server.apply([
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": ["name": "viewers"],
            "roleRef": ["apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "martlet-view"],
            "subjects": [["kind": "ServiceAccount", "name": "viewer", "namespace": "martlet-system"]],
        ])
        for (role, token) in tokens {
            let text = """
                {"apiVersion": "v1", "kind": "Config", "current-context": "lab",
                "clusters": [{"name": "lab", "cluster": {"server": "http://127.0.0.1:\(await server.port)"}}],
                "users": [{"name": "me", "user": {"token": "\(token)"}}],
                "contexts": [{"name": "lab", "context": {"cluster": "lab", "user": "me"}}]}
                """
            try text.write(toFile: kubeconfig(role), atomically: true, encoding: .utf8)
        }
        try await server.apply(["kind": "Node", "apiVersion": "v1", "metadata": ["name": "n1"]])
    }

    deinit {
        let server = server
        Task { await server.stop() }
    }

    /// CRDs, namespace, ServiceAccounts and RBAC as they are shipped.
    private static func manifests() throws -> [String] {
        let root = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../../deploy").standardized
        let files = ["crds", "base"].flatMap { folder in
            ((try? FileManager.default.contentsOfDirectory(atPath: root.appendingPathComponent(folder).path)) ?? [])
                .sorted().map { root.appendingPathComponent(folder).appendingPathComponent($0) }
        }.filter { $0.pathExtension == "yaml" && $0.lastPathComponent != "kustomization.yaml" }
        guard files.count > 8 else { throw TestFailure("deploy/ has only \(files.count) manifests") }
        return try files.map { try String(contentsOf: $0, encoding: .utf8) }
    }

    func kubeconfig(_ role: String) -> String { "\(folder.path)/\(role).kubeconfig" }

    func startController(_ arguments: String..., port: Int = 7473) throws -> ChildProcess {
        try namespace.start(
            command: [
                Program.path, "controller", "--kubeconfig", kubeconfig("controller"), "--http", "127.0.0.1:\(port)",
            ] + arguments)
    }

    func startSpeaker(_ arguments: String...) throws -> ChildProcess {
        try namespace.start(
            command: [
                Program.path, "speaker", "--node-name", "n1", "--kubeconfig", kubeconfig("speaker"), "--state-dir",
                folder.path + "/state", "--http", "127.0.0.1:7472",
            ] + arguments)
    }

    /// What the speaker has saved for a start without the API server.
    var saved: String { (try? String(contentsOfFile: folder.path + "/state/cluster.json", encoding: .utf8)) ?? "" }

    // MARK: - What is in the cluster

    func addPool(_ name: String, _ addresses: String..., group: String = "martlet.dev") async throws {
        try await server.apply([
            "apiVersion": .string("\(group)/v1beta1"), "kind": "IPAddressPool",
            "metadata": ["name": .string(name), "namespace": "martlet-system"],
            "spec": ["addresses": .array(addresses.map { .string($0) })],
        ])
    }

    func addService(_ name: String, _ spec: JSON = [:], namespace: String = "default") async throws {
        try await server.apply([
            "apiVersion": "v1", "kind": "Service",
            "metadata": ["name": .string(name), "namespace": .string(namespace)],
            "spec": JSON(["type": "LoadBalancer", "ports": [["port": 80]]]).merged(with: spec),
        ])
    }

    func path(_ service: String) -> String { "/api/v1/namespaces/default/services/\(service)" }

    /// By Service, the address that its status has.
    func addresses() async -> [String: String] {
        var result: [String: String] = [:]
        for service in await server.objects("/api/v1/services") {
            guard let ip = service["status", "loadBalancer", "ingress"]?.array?.first?["ip"]?.string else { continue }
            result[service["metadata", "name"]?.string ?? ""] = ip
        }
        return result
    }

    /// What was rejected for want of a permission.
    func refused() async -> [RecordedRequest] { await server.requests.filter { [401, 403].contains($0.code) } }

    /// Whether the client on the segment gets an answer for an address.
    func answers(_ address: String) async throws -> Bool {
        try await client.run("arping", "-q", "-c", "1", "-w", "1", "-I", "eth0", address).status == 0
    }
}

extension JSON {
    init(_ object: [String: JSON]) { self = .object(object) }
}
