import Foundation
import TestSupport
import Testing

/// What makes the program pleasant to type.
@Suite("The command line") struct CommandLineTests {
    /// What was mistyped, and what is said.
    static let slips: [([String], String)] = [
        (["paln", "-f", "x"], "did you mean `plan`?"), (["gte", "pools"], "did you mean `get`?"),
        (["frobnicate"], "there are run"),
        (["get", "polls", "--server", "http://127.0.0.1:1"], "`pools`"),
        (["get", "cars", "--server", "http://127.0.0.1:1"], "pools, services"),
        (["get", "pools", "--sevrer", "http://127.0.0.1:1"], "--server"),
        (["get", "pools", "-n", "a", "-A", "--server", "http://127.0.0.1:1"], "not both"),
        (["get", "pools", "--watch", "--bundle", "x"], "--watch"),
        (["top", "--server", "http://127.0.0.1:1", "--interval", "0"], "--interval"),
        (["bundle", "-f", "x", "--context", "y"], "not both"),
        (["get", "services", "-l", "a=b", "--server", "http://127.0.0.1:1"], "-l is for a cluster"),
        (["get", "pools", "--kubeconfig", "x", "--bundle", "y"], "one source"),
        (["explain", "web", "-f", "x", "--context", "y"], "one source"),
        (["plan", "--against", "x"], "--kubeconfig"),
        (["plan", "-f", "x", "--against", "cluster", "--against", "y"], "./cluster"),
        (["bundle", "--server", "nonsense"], "http://"),
        (["plan", "-f", "x", "--bundle", "y"], "--bundle"),
        (["get", "pools", "--address", "192.0.2.1"], "--address is for events"),
        (["get", "events", "--address", "192.0.2"], "--address"), (["probe"], "<address>"), (["probe", "web"], "web"),
        (["probe", "224.0.0.1"], "not the address of one host"),
        (["probe", "192.0.2.1", "--count", "0"], "1 to 1000"),
        (["probe", "192.0.2.1", "--timeout", "5"], "500ms"),
        (["probe", "192.0.2.1", "--server", "nonsense"], "http://"),
    ]

    @Test("a slip ends with status 64 and a hint", arguments: slips) func slip(
        arguments: [String], hint: String
    )
        async throws
    {
        let result = try await ChildProcess([Program.path] + arguments).wait()
        #expect(result.status == 64, "\(result)")
        #expect(result.errors.contains(hint) && result.output.isEmpty, "\(result)")
    }

    @Test("the help names each command once") func help() async throws {
        let result = try await Program.run("--help")
        let listed = result.output.split(separator: "\n").drop { $0 != "SUBCOMMANDS:" }.dropFirst()
        // The lines that a description goes on in are indented further.
        let commands = listed.filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }
            .compactMap { $0.split(separator: " ").first }.filter { $0 != "See" }
        #expect(commands.count > 10 && Set(commands).count == commands.count, "\(commands)")
    }

    @Test("completes in the shells that people use", arguments: ["bash", "zsh", "fish"])
    func completion(shell: String) async throws {
        let result = try await Program.run("--generate-completion-script", shell)
        #expect(result.succeeded && result.errors.isEmpty, "\(result)")
        for word in ["explain", "announcements", "--server"] {
            #expect(
                result.output.contains(word) || result.output.contains(word.drop { $0 == "-" }), "\(word)")
        }
        guard shell == "bash" else { return }
        let folder = try TemporaryFolder()
        let file = try folder.write("completion", result.output)
        #expect(try await ChildProcess(["bash", "-n", file]).wait().succeeded)
    }

    @Test(
        "a process that does not listen is told of at once",
        arguments: [["get", "pools"], ["explain", "web"], ["top"]])
    func nobodyListens(command: [String]) async throws {
        let start = ContinuousClock.now
        let result = try await ChildProcess([Program.path] + command + ["--server", "http://127.0.0.1:1"]).wait()
        #expect(result.status == 1 && result.errors.contains("nothing listens at http://127.0.0.1:1"), "\(result)")
        #expect(ContinuousClock.now - start < .seconds(2))
    }

    @Test("answers as kubectl's plugin, by that name") func plugin() async throws {
        let folder = try TemporaryFolder()
        let link = folder.path + "/kubectl-martlet"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: Program.path)
        let version = try await ChildProcess([link, "version"]).wait()
        #expect(version.succeeded && version.output.contains("martlet "), "\(version)")
        let slip = try await ChildProcess([link, "get", "cars"]).wait()
        #expect(slip.status == 64)
    }

    @Test("an answer by name is a line for each") func names() async throws {
        let result = try await Program.run(
            input: OfflineCommandTests.manifests, "plan", "-f", "-", "-o", "name")
        #expect(result.output == "default/web\n", "\(result)")
    }

    @Test("a bundle of manifests plans and explains as they do, and tells no password")
    func offlineBundle() async throws {
        let folder = try TemporaryFolder()
        let peer = """
            ---
            apiVersion: martlet.dev/v1beta1
            kind: BGPPeer
            metadata: {name: tor, namespace: martlet-system}
            spec: {myASN: 64512, peerASN: 64513, peerAddress: 10.0.0.1, password: hunter2}
            """
        let manifests = try folder.write("all.yaml", OfflineCommandTests.manifests + "\n" + peer)
        let bundle = folder.path + "/bundle.json"
        let made = try await Program.run("bundle", "-f", manifests, "--to", bundle)
        #expect(made.succeeded && made.output == bundle + "\n", "\(made)")
        let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: bundle)), as: UTF8.self)
        #expect(!text.contains("hunter2") && text.contains("10.0.0.1"))
        let mode = try FileManager.default.attributesOfItem(atPath: bundle)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let live = try await Program.run("plan", "-f", manifests, "-o", "json")
        let saved = try await Program.run("plan", "--bundle", bundle, "-o", "json")
        #expect(live.status == saved.status && live.output == saved.output, "\(live) \(saved)")
        let explanation = try await Program.run("explain", "web", "-f", manifests)
        let savedExplanation = try await Program.run("explain", "web", "--bundle", bundle)
        #expect(explanation.output == savedExplanation.output, "\(savedExplanation)")
        // What could not be read is missing in the bundle, and said.
        let worse = try folder.write(
            "worse.yaml",
            OfflineCommandTests.manifests + "\n---\napiVersion: v1\nkind: Service\n"
                + "metadata: {name: odd, namespace: default}\nspec: {type: LoadBalancer, ports: 5}\n")
        let odd = try await Program.run("bundle", "-f", worse, "--to", bundle)
        #expect(odd.succeeded && odd.errors.contains("default/odd"), "\(odd)")
        let oddLive = try await Program.run("plan", "-f", worse, "-o", "json")
        let oddSaved = try await Program.run("plan", "--bundle", bundle, "-o", "json")
        #expect(oddSaved.status == 1 && oddLive.output == oddSaved.output, "\(oddLive) \(oddSaved)")
        let oddExplained = try await Program.run("explain", "default/odd", "-f", worse)
        #expect(oddExplained.status == 1 && oddExplained.output.contains("spec.ports"), "\(oddExplained)")

        let broken = try await Program.run("get", "pools", "--bundle", manifests)
        #expect(broken.status == 1 && broken.errors.contains("not a martlet bundle"), "\(broken)")
    }
}
