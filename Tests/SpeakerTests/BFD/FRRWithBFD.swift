import TestSupport

/// FRR's zebra, bfdd and bgpd in a lab's router namespace.
final class FRRWithBFD: Sendable {
    private let lab: BGPLab
    private let processes: [ChildProcess]

    /// - Parameters:
    ///   - bgp: `router bgp …` and what belongs to it.
    ///   - bfd: the `bfd` block.
    init(_ lab: BGPLab, bgp: String, bfd: String = "") async throws {
        self.lab = lab
        let folder = lab.directory
        let common = ["-z", "\(folder)/zserv", "--vty_socket", folder]
        func start(_ name: String, _ more: [String]) throws -> ChildProcess {
            try lab.router.start(
                command: ["/usr/lib/frr/\(name)", "-i", "\(folder)/\(name).pid"] + common + more)
        }
        let zebra = try start("zebra", [])
        try await eventually("zebra listens") { try await lab.router.run("test", "-S", "\(folder)/zserv").succeeded }
        let bfdd = try start(
            "bfdd", ["-f", try lab.writeFile("bfdd.conf", bfd + "\n"), "--bfdctl", "\(folder)/bfdd.sock"])
        let bgpd = try start("bgpd", ["-f", try lab.writeFile("bgpd.conf", bgp + "\n")])
        processes = [bgpd, bfdd, zebra]
        for name in ["bfdd", "bgpd"] {
            try await eventually("\(name) answers") {
                try await self.ask("show version", of: name).contains("FRRouting")
            }
        }
    }

    func ask(_ commands: String..., of daemon: String) async throws -> String {
        try await lab.router.run(
            command: ["vtysh", "--vty_socket", lab.directory, "-d", daemon] + commands.flatMap { ["-c", $0] }
        ).output
    }

    /// Types lines into a daemon's configuration.
    func configure(_ lines: String..., of daemon: String) async throws {
        _ = try await lab.router.run(
            command: ["vtysh", "--vty_socket", lab.directory, "-d", daemon, "-c", "configure terminal"]
                + lines.flatMap { ["-c", $0] })
    }

    func stop() { for process in processes { process.stop() } }
}
