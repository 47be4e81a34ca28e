import TestSupport

/// An FRR `bgpd` in a lab's router namespace, without zebra: routes stay in its own table.
final class FRRRouter: Sendable {
    private let lab: BGPLab
    private let process: ChildProcess

    /// - Parameter configuration: `router bgp …` and what belongs to it.
    init(_ lab: BGPLab, _ configuration: String) async throws {
        self.lab = lab
        let path = try lab.writeFile("bgpd.conf", "log file \(lab.directory)/bgpd.log debugging\n\(configuration)\n")
        process = try lab.router.start(
            "/usr/lib/frr/bgpd", "-f", path, "-i", "\(lab.directory)/bgpd.pid", "--vty_socket", lab.directory, "-Z",
            "-S",
            "-u", "root", "-g", "root")
        try await eventually("FRR answers") { try await self.ask("show version").contains("FRRouting") }
    }

    func ask(_ command: String) async throws -> String {
        try await lab.router.run(command: ["vtysh", "--vty_socket", lab.directory, "-d", "bgpd", "-c", command]).output
    }

    func log() async throws -> String {
        try await lab.router.run(command: ["cat", "\(lab.directory)/bgpd.log"]).output
    }

    func stop() { process.stop() }
}
