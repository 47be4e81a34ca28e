import Foundation
import TestSupport
import Testing

@Suite(.serialized, .enabled(if: NetworkNamespace.isPermitted, "makes network namespaces, which needs root"))
struct ReplayTests {
    @Test(
        "Recorded, killed → replay shows what was decided, and that this version decides the same; no secret is in it")
    func killed() async throws {
        let lab = try RunLab()
        try lab.write(
            "peer.yaml",
            """
            apiVersion: martlet.dev/v1beta1
            kind: BGPPeer
            metadata: {name: router, namespace: martlet-system}
            spec: {myASN: 64512, peerASN: 64513, peerAddress: 192.0.2.1, password: s3cr3t-of-md5}
            """)
        let file = lab.folder.path + "/martlet.recording"
        let arguments = [
            "run", "-f", lab.manifests, "--node", "n1", "--state-dir", lab.stateDirectory, "--record", file,
        ]
        let process = try lab.node.start(command: [Program.path] + arguments)
        defer { process.stop() }
        #expect(try await eventually { try await lab.answers("192.0.2.10") }, "\(process.errors)")
        try lab.write("api.yaml", RunLab.service("api"))
        #expect(try await eventually { try await lab.answers("192.0.2.11") }, "\(process.errors)")
        func replay(_ more: String...) async throws -> CommandResult {
            try await ChildProcess([Program.path, "replay", file] + more).wait()
        }
        // What the wire has shown is recorded after it was answered for.
        #expect(
            try await eventually { try await replay().output.contains("holder(thisNode, of: 192.0.2.11") })
        process.kill()
        let whole = try await replay()
        #expect(whole.succeeded, "\(whole)")
        #expect(whole.output.contains("manifests changed: 1 Services, 0 removed"))
        #expect(whole.output.contains("[assign(192.0.2.11"), "\(whole)")
        #expect(whole.errors.contains("the recording has no end"))
        let addresses = try await replay("--core", "standalone", "-o", "json")
        #expect(addresses.succeeded && !addresses.output.contains("speaker"), "\(addresses)")
        #expect(try JSONSerialization.jsonObject(with: Data(addresses.output.utf8)) is [String: Any])

        let octets = try Data(contentsOf: URL(fileURLWithPath: file))
        #expect(octets.range(of: Data("s3cr3t".utf8)) == nil)
        let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
        #expect(mode == 0o600)

        // Within a bundle, with nothing else in it.
        let bundle = lab.folder.path + "/bundle.json"
        let saved = try await Program.run("bundle", "--recording", file, "--to", bundle)
        #expect(saved.succeeded, "\(saved)")
        let bundled = try await Program.run("replay", bundle)
        #expect(bundled.succeeded && bundled.output == whole.output, "\(bundled.errors)")

        // Torn within the last record.
        let torn = lab.folder.path + "/torn"
        try octets.dropLast(3).write(to: URL(fileURLWithPath: torn))
        let rest = try await Program.run("replay", torn)
        #expect(rest.succeeded && rest.errors.contains("incomplete after octet"), "\(rest)")

        // Another process keeps what is there, and ends its own in order.
        let next = try lab.node.start(command: [Program.path] + arguments)
        defer { next.stop() }
        #expect(try await eventually { try await lab.answers("192.0.2.11") }, "\(next.errors)")
        next.stop()
        let second = try await replay()
        #expect(second.succeeded && second.output.contains("the process ends"), "\(second)")
        #expect(!second.errors.contains("no end"), "\(second)")
        #expect(second.output.contains("assignments of 2 Services restored"), "\(second)")
        #expect(try Data(contentsOf: URL(fileURLWithPath: file + ".1")) == octets)
    }

    @Test("What is no recording → an error that says so, and status 1") func noRecording() async throws {
        let folder = try TemporaryFolder()
        try "kind: Service".write(toFile: folder.path + "/x", atomically: false, encoding: .utf8)
        let result = try await Program.run("replay", folder.path + "/x")
        #expect(result.status == 1 && result.errors.contains("no recording of martlet"), "\(result)")
        let limit = try await Program.run(
            "run", "-f", folder.path, "--node", "n", "--record", folder.path + "/r", "--record-limit", "12")
        #expect(limit.status == 64 && limit.errors.contains("--record-limit 12"), "\(limit)")
    }
}
