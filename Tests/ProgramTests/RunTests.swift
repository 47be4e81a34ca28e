import Foundation
import TestSupport
import Testing

@Suite(.serialized, .enabled(if: NetworkNamespace.isPermitted, "makes network namespaces, which needs root"))
struct RunTests {
    @Test("A Service's address is answered for; an edit, a half-written file and a broken one do what they should")
    func edits() async throws {
        let lab = try RunLab()
        let process = try await lab.start()
        defer { process.stop() }
        #expect(try await eventually { try await lab.answers("192.0.2.10") }, "\(process.errors)")
        #expect(try await !lab.answers("192.0.2.11"))

        // A new file, renamed into place.
        try lab.write("api.yaml", RunLab.service("api"))
        #expect(try await eventually { try await lab.answers("192.0.2.11") }, "\(process.errors)")

        // A file that is open and half-written: what it said last stays.
        let writer = try ChildProcess([
            "sh", "-c", "exec 3>\(lab.manifests)/web.yaml; echo 'apiVersion: v1' >&3; sleep 1; exec 3>&-",
        ])
        try await Task.sleep(for: .milliseconds(400))
        #expect(try await lab.answers("192.0.2.10"))
        _ = try await writer.wait()

        // Complete now, but nonsense: it stays, and the problem is shown.
        try lab.write("web.yaml", "kind: [Service")
        #expect(try await eventually { try await lab.status().contains("web.yaml") })
        #expect(try await lab.answers("192.0.2.10"))
        #expect(process.errors.contains("web.yaml"))

        // Mended.
        try lab.write("web.yaml", RunLab.service("web"))
        #expect(try await eventually { try await !lab.status().contains("web.yaml") })
        #expect(try await lab.answers("192.0.2.10"))

        // Deleted: withdrawn.
        try lab.remove("api.yaml")
        #expect(try await eventually { try await !lab.answers("192.0.2.11") })
        #expect(try await lab.answers("192.0.2.10"))
    }

    @Test("What happened is remembered with its reason: by `get events`, by `explain`, and after the Service is gone")
    func history() async throws {
        let lab = try RunLab()
        let process = try await lab.start()
        defer { process.stop() }
        func events(_ name: String) async throws -> String {
            try await lab.node.run(
                Program.path, "get", "events", name, "--server", "http://127.0.0.1:7472", "-o", "json"
            ).output
        }
        #expect(try await eventually { try await events("default/web").contains("Claimed") }, "\(process.errors)")
        let text = try await events("web")
        #expect(text.contains("Assigned") && text.contains("192.0.2.10 from the pool lan"), "\(text)")
        let explanation = try await lab.node.run(
            Program.path, "explain", "default/web", "--server", "http://127.0.0.1:7472")
        #expect(explanation.output.contains("Lately") && explanation.output.contains("Claimed"), "\(explanation)")

        // What was saved explains as the process did.
        let bundle = lab.folder.path + "/bundle.json"
        let saved = try await lab.node.run(
            Program.path, "bundle", "--server", "http://127.0.0.1:7472", "-f", lab.manifests, "--to", bundle)
        #expect(saved.succeeded, "\(saved)")
        let live = try await lab.node.run(
            Program.path, "explain", "default/web", "--server", "http://127.0.0.1:7472", "-o", "json")
        let later = try await lab.node.run(Program.path, "explain", "default/web", "--bundle", bundle, "-o", "json")
        #expect(live.output == later.output && later.succeeded, "\(later)")
        let top = try await lab.node.run(
            Program.path, "top", "--server", "http://127.0.0.1:7472", "--interval", "1")
        #expect(top.succeeded && top.output.contains("ARP requests answered"), "\(top)")
        #expect(!top.output.contains("\u{1B}"))

        try lab.remove("web.yaml")
        #expect(try await eventually { try await events("web").contains("Yielded") }, "\(process.errors)")
        let end = try await events("web")
        #expect(end.contains("no Service has it now"), "\(end)")
    }

    @Test("A directory that vanishes takes nothing away, and is read again when it is back")
    func vanishedDirectory() async throws {
        let lab = try RunLab()
        let process = try await lab.start()
        defer { process.stop() }
        #expect(try await eventually { try await lab.answers("192.0.2.10") })
        try Shell.check(["mv", lab.manifests, lab.folder.path + "/elsewhere"])
        #expect(try await eventually { try await lab.status().contains(lab.manifests) })
        #expect(try await lab.answers("192.0.2.10"))
        try Shell.check(["mv", lab.folder.path + "/elsewhere", lab.manifests])
        try lab.write("api.yaml", RunLab.service("api"))
        #expect(try await eventually { try await lab.answers("192.0.2.11") }, "\(process.errors)")
    }

    @Test("SIGHUP reads the manifests again") func hangup() async throws {
        let lab = try RunLab()
        let process = try await lab.start()
        defer { process.stop() }
        process.signal(SIGHUP)
        #expect(try await eventually { process.errors.contains("SIGHUP") }, "\(process.errors)")
        #expect(process.isRunning)
        #expect(try await eventually { try await lab.answers("192.0.2.10") })
    }

    @Test("SIGTERM ends it within a second, with status 0, and nobody answers any more") func termination() async throws
    {
        let lab = try RunLab()
        let process = try await lab.start()
        #expect(try await eventually { try await lab.answers("192.0.2.10") })
        let start = ContinuousClock.now
        process.signal(SIGTERM)
        let result = try await process.wait(atMost: .seconds(5))
        #expect(ContinuousClock.now - start < .seconds(1))
        #expect(result.status == 0, "\(result)")
        #expect(try await !lab.answers("192.0.2.10"))
    }

    @Test("A second one on the same state directory does not start, and names the first") func sharedState()
        async throws
    {
        let lab = try RunLab()
        let process = try await lab.start()
        defer { process.stop() }
        let second = try await lab.node.run(
            Program.path, "run", "-f", lab.manifests, "--node", "n1", "--state-dir", lab.stateDirectory, "--http",
            "127.0.0.1:7473")
        #expect(second.status == 1)
        #expect(second.errors.contains(lab.stateDirectory) && second.errors.contains("--state-dir"), "\(second)")
    }

    @Test("Without privileges it says which capability is missing") func unprivileged() async throws {
        let lab = try RunLab()
        try Shell.check(["chmod", "-R", "a+rwX", lab.folder.path])
        let result = try await lab.node.run(
            "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", Program.path, "run", "-f", lab.manifests,
            "--node", "n1", "--state-dir", lab.stateDirectory)
        #expect(result.status == 1)
        #expect(result.errors.contains("CAP_NET_RAW"), "\(result)")
    }

    @Test(
        "As a node that is none of the Nodes it says so, with their names: in the log, readyz, the status and explain")
    func strangeNode() async throws {
        let lab = try RunLab()
        try lab.write(
            "nodes.yaml",
            ["n2", "n3"].map { "apiVersion: v1\nkind: Node\nmetadata: {name: \($0)}\n" }.joined(separator: "---\n"))
        let process = try lab.node.start(
            Program.path, "run", "-f", lab.manifests, "--node", "n2.example.com", "--state-dir", lab.stateDirectory)
        defer { process.stop() }
        let sentence =
            "There is no Node n2.example.com, so this process announces nothing. The Nodes are n2, n3: use n2"
        #expect(try await eventually { process.errors.contains(sentence) }, "\(process.errors)")
        let ready = try await lab.node.run("curl", "-s", "-w", "%{http_code}", "http://127.0.0.1:7472/readyz").output
        #expect(ready.contains(sentence) && ready.hasSuffix("503"), "\(ready)")
        #expect(try await lab.status().contains("\"Node/n2.example.com\""))
        let explanation = try await lab.node.run(
            Program.path, "explain", "web", "--server", "http://127.0.0.1:7472")
        #expect(explanation.status == 1, "\(explanation)")
        #expect(
            explanation.output.contains("✗ Speaker") && explanation.output.contains("There is no Node n2.example"),
            "\(explanation)")
        #expect(!explanation.output.contains("multicast"), "\(explanation)")
        // With the right Node all is well.
        try lab.write("more.yaml", "apiVersion: v1\nkind: Node\nmetadata: {name: n2.example.com}\n")
        #expect(
            try await eventually { process.errors.contains("resolved: error: Node/n2.example.com") },
            "\(process.errors)")
    }

    @Test("A port of a bridge that an advertisement names is said to be one, with the bridge") func bridgePort()
        async throws
    {
        let lab = try RunLab()
        try lab.node.ip("link add br0 type bridge")
        try lab.node.ip("address flush dev eth0")
        try lab.node.ip("link set eth0 master br0")
        try lab.node.ip("link set br0 up")
        try lab.node.ip("address add 192.0.2.2/24 dev br0")
        try lab.write("base.yaml", RunLab.base + "\nspec: {interfaces: [eth0]}\n")
        let process = try await lab.start()
        defer { process.stop() }
        let clause = "eth0: it is a port of the bridge br0: use br0 instead"
        #expect(try await eventually { process.errors.contains(clause) }, "\(process.errors)")
        let status = try await lab.status()
        #expect(status.components(separatedBy: clause).count == 3, "a problem and a silence: \(status)")
        let explanation = try await lab.node.run(
            Program.path, "explain", "web", "--server", "http://127.0.0.1:7472")
        #expect(explanation.status == 1 && explanation.output.contains(clause), "\(explanation)")
    }

    @Test("Without privileges the speaker says so, too; with --no-layer2 it does without") func unprivilegedSpeaker()
        async throws
    {
        let lab = try await ClusterLab()
        try Shell.check(["chmod", "-R", "a+rwX", lab.folder.path])
        let command = [
            "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", Program.path, "speaker", "--node-name", "n1",
            "--kubeconfig", lab.kubeconfig("speaker"), "--state-dir", lab.folder.path + "/state",
        ]
        let refused = try await lab.namespace.start(command: command).wait(atMost: .seconds(10))
        #expect(refused.status == 1 && refused.errors.contains("CAP_NET_RAW"), "\(refused)")
        let process = try lab.namespace.start(command: command + ["--no-layer2"])
        defer { process.stop() }
        #expect(
            try await eventually {
                try await lab.namespace.run("curl", "-sf", "http://127.0.0.1:7472/readyz").succeeded
            }, "\(process.errors)")
    }

    @Test("Who had an address is answered after its Service is deleted, and another has the address")
    func addressHistory() async throws {
        let lab = try RunLab()
        let process = try await lab.start()
        defer { process.stop() }
        func kinds(_ arguments: String...) async throws -> [String] {
            let command =
                [Program.path, "get", "events", "--server", "http://127.0.0.1:7472", "-o", "json"] + arguments
            let output = try await lab.node.start(command: command).wait().output
            struct Events: Decodable {
                struct Event: Decodable {
                    let kind: String
                    let services: [String]
                }
                let events: [Event]
            }
            return try JSONDecoder().decode(Events.self, from: Data(output.utf8)).events.map {
                "\($0.kind) \($0.services.joined())"
            }
        }
        try lab.remove("web.yaml")
        #expect(try await eventually { try await lab.addresses().isEmpty })
        try lab.write("next.yaml", RunLab.service("next"))
        #expect(try await eventually { try await lab.addresses()["default/next"] == ["192.0.2.10"] })
        let known = try await kinds("--address", "192.0.2.10")
        #expect(
            known.filter { $0.hasPrefix("Assigned") || $0.hasPrefix("Released") } == [
                "Assigned default/web", "Released default/web", "Assigned default/next",
            ], "\(known)")
        #expect(try await kinds("--address", "192.0.2.11").isEmpty)
        #expect(process.errors.contains("192.0.2.10 was released: the Service was deleted."), "\(process.errors)")
    }

    /// What keeps it from starting: extra arguments, and what it must name.
    static let obstacles: [([String], String)] = [
        (["--http", "192.0.2.99:7472"], "192.0.2.99:7472"),
        (["--state-dir", "/proc/nowhere"], "/proc/nowhere"),
        (["-f", "/nonexistent.yaml"], "/nonexistent.yaml"),
    ]

    @Test("What keeps it from starting is named, with exit status 1", arguments: obstacles)
    func obstacle(arguments: [String], word: String) async throws {
        let lab = try RunLab()
        let process = try lab.node.start(
            command: [
                Program.path, "run", "-f", lab.manifests, "--node", "n1", "--state-dir", lab.stateDirectory,
            ] + arguments)
        let result = try await process.wait(atMost: .seconds(10))
        #expect(result.status == 1, "\(result)")
        #expect(result.errors.contains(word), "\(result)")
    }

    @Test("Killed at any moment and started again, every Service has the address that it had", arguments: [UInt64(11)])
    func killed(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let lab = try RunLab()
        var known: [String: [String]] = [:]
        for round in 0..<6 {
            let process = try await lab.start()
            let found = try await lab.addresses()
            for (service, addresses) in known where found[service] != nil {
                #expect(found[service] == addresses, "seed \(seed), round \(round): \(service)")
            }
            // Services come and go, so that the order of the input no longer says who has which address.
            for _ in 0..<3 {
                let name = "s\(Int.random(in: 0..<8, using: &generator))"
                if FileManager.default.fileExists(atPath: "\(lab.manifests)/\(name).yaml") {
                    try lab.remove(name + ".yaml")
                } else {
                    try lab.write(name + ".yaml", RunLab.service(name))
                }
                try await Task.sleep(for: .milliseconds(Int.random(in: 0...60, using: &generator)))
                known = (try? await lab.addresses()) ?? known
            }
            process.kill()
        }
    }

    @Test("A full disk under the state directory takes nothing away, and is told") func fullDisk() async throws {
        let lab = try RunLab()
        try Shell.check(["mkdir", lab.stateDirectory])
        try Shell.check(["mount", "-t", "tmpfs", "-o", "size=96k", "tmpfs", lab.stateDirectory])
        defer { _ = try? Shell.check(["umount", "-l", lab.stateDirectory]) }
        let process = try await lab.start()
        defer { process.stop() }
        try Shell.check(["sh", "-c", "head -c 98304 /dev/zero > \(lab.stateDirectory)/ballast || true"])
        // More than may have room at the end of what is there.
        let others = (0..<200).map { RunLab.service("one-of-many-services-\($0)") }
        try lab.write("api.yaml", ([RunLab.service("api")] + others).joined(separator: "\n---\n"))
        #expect(try await eventually { try await lab.answers("192.0.2.11") }, "\(process.errors)")
        #expect(try await lab.answers("192.0.2.10"))
        #expect(process.errors.contains("No space left on device"), "\(process.errors)")
        #expect(try await lab.status().contains("No space left on device"))
        // Room again: it is written after all, without anybody having to do anything else.
        try FileManager.default.removeItem(atPath: lab.stateDirectory + "/ballast")
        #expect(try await eventually(within: .seconds(30)) { try await !lab.status().contains("No space left") })
    }
}
