import Foundation
import TestSupport
import Testing

/// What a tenant may write into an annotation is quoted in messages; it must not come back whole.
@Suite struct LongInputTests {
    private static let long = String(repeating: "x", count: 200_000)

    private static func service(_ name: String, _ annotation: String, _ value: String, _ spec: String = "") -> String {
        """
        apiVersion: v1
        kind: Service
        metadata: {name: \(name), namespace: default, annotations: {? "\(annotation)" : "\(value)"}}
        spec: {type: LoadBalancer, ports: [{port: 80}]\(spec)}
        ---

        """
    }

    private static var manifests: String {
        var text = """
            apiVersion: martlet.dev/v1beta1
            kind: IPAddressPool
            metadata: {name: lan, namespace: martlet-system}
            spec: {addresses: ["192.0.2.10-192.0.2.11"]}
            ---
            apiVersion: martlet.dev/v1beta1
            kind: IPAddressPool
            metadata: {name: bad, namespace: martlet-system}
            spec: {addresses: ["\(long)"], "\(long)": 1}
            ---
            apiVersion: martlet.dev/v1beta1
            kind: BGPPeer
            metadata: {name: "p\(long)", namespace: martlet-system}
            spec: {peerAddress: "\(long)"}
            ---

            """
        let names = [
            "address-pool", "loadBalancerIPs", "allow-shared-ip", "interfaces", "ignore", "announce-without-endpoints",
            long,
        ]
        for (number, name) in names.enumerated() { text += service("s\(number)", "martlet.dev/\(name)", long) }
        return text + service("last", "a", "b", ", loadBalancerIP: \"\(long)\"")
    }

    @Test(
        "input of 200,000 octets in any place → no line of any output has more than 2,000",
        arguments: ["json", "table"])
    func bounded(format: String) async throws {
        let folder = try TemporaryFolder()
        try Self.manifests.write(toFile: folder.path + "/m.yaml", atomically: true, encoding: .utf8)
        for command in ["plan", "check"] {
            let result = try await ChildProcess([Program.path, command, "-f", folder.path, "-o", format]).wait()
            #expect(result.status == 1)
            let lines = (result.output + result.errors).split(separator: "\n")
            #expect(lines.contains { $0.contains("octets left out") })
            for line in lines where line.utf8.count > 2_000 { Issue.record("\(command): \(line.prefix(200))") }
        }
    }
}
