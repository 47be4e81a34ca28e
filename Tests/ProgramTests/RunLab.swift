import Foundation
import TestSupport

/// A client and a node on one segment, and `martlet run` on the node.
final class RunLab: Sendable {
    let client: NetworkNamespace
    let node: NetworkNamespace
    let folder: TemporaryFolder

    static let base = """
        apiVersion: martlet.dev/v1beta1
        kind: IPAddressPool
        metadata: {name: lan, namespace: martlet-system}
        spec: {addresses: ["192.0.2.10-192.0.2.19"]}
        ---
        apiVersion: martlet.dev/v1beta1
        kind: L2Advertisement
        metadata: {name: all, namespace: martlet-system}
        """

    static func service(_ name: String) -> String {
        """
        apiVersion: v1
        kind: Service
        metadata: {name: \(name), namespace: default}
        spec: {type: LoadBalancer, ports: [{port: 80}]}
        """
    }

    init() throws {
        client = try NetworkNamespace("client")
        node = try NetworkNamespace("node")
        folder = try TemporaryFolder()
        try client.connect("eth0", to: node, "eth0")
        try client.ip("address add 192.0.2.1/24 dev eth0")
        try node.ip("address add 192.0.2.2/24 dev eth0")
        try Shell.check(["mkdir", manifests])
        try write("base.yaml", RunLab.base)
        try write("web.yaml", RunLab.service("web"))
    }

    var manifests: String { folder.path + "/manifests" }
    var stateDirectory: String { folder.path + "/state" }

    /// Replaces a manifest as an editor does: written beside and renamed over.
    func write(_ name: String, _ text: String) throws {
        try text.write(toFile: "\(manifests)/.\(name).new", atomically: false, encoding: .utf8)
        guard unsafe rename("\(manifests)/.\(name).new", "\(manifests)/\(name)") == 0 else {
            throw TestFailure("rename \(name)")
        }
    }

    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: "\(manifests)/\(name)") }

    /// Starts `martlet run`, and waits until it is ready.
    func start() async throws -> ChildProcess {
        let process = try node.start(
            Program.path, "run", "-f", manifests, "--node", "n1", "--state-dir", stateDirectory)
        guard try await eventually({ try await isReady() }) else {
            process.stop()
            throw TestFailure("martlet run is not ready: \(process.errors)\(process.output)")
        }
        return process
    }

    func isReady() async throws -> Bool {
        try await node.run("curl", "-sf", "http://127.0.0.1:7472/readyz").succeeded
    }

    func status() async throws -> String {
        try await node.run("curl", "-sf", "http://127.0.0.1:7472/v1/status").output
    }

    /// Whether somebody on the segment answers for the address.
    func answers(_ address: String) async throws -> Bool {
        try await client.run("arping", "-c", "1", "-w", "1", "-I", "eth0", address).succeeded
    }

    /// The addresses of the Services, by name, as the process says.
    func addresses() async throws -> [String: [String]] {
        let text = try await status()
        let document = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        let assignments = document?["assignments"] as? [[String: Any]] ?? []
        return Dictionary(
            assignments.map { ($0["service"] as? String ?? "", $0["ips"] as? [String] ?? []) },
            uniquingKeysWith: { first, _ in first })
    }
}
