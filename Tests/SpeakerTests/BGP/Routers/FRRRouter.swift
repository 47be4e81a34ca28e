import Addresses
import TestSupport

/// An FRR `bgpd` in a lab's router namespace, without zebra: routes stay in its own table.
final class FRRRouter: InteropRouter {
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

    convenience init(_ lab: BGPLab, _ setup: RouterSetup) async throws {
        let peer = setup.peer
        let options = [
            setup.connects ? nil : " neighbor \(peer) passive",
            setup.isMultihop ? " neighbor \(peer) ebgp-multihop 5" : nil,
            setup.password.map { " neighbor \(peer) password \($0)" },
            setup.isTwoOctets ? " neighbor \(peer) dont-capability-negotiate" : nil,
        ]
        let families = AddressFamily.allCases.map { family in
            """
             address-family \(family == .ipv4 ? "ipv4" : "ipv6") unicast
              \(setup.families.contains(family) ? "" : "no ")neighbor \(peer) activate
             exit-address-family
            """
        }
        try await self.init(
            lab,
            """
            router bgp \(setup.asn)
             bgp router-id 10.99.0.2
             no bgp ebgp-requires-policy
             no bgp network import-check
             bgp graceful-restart
             timers bgp \(setup.holdTime / 3) \(setup.holdTime)
             neighbor \(peer) remote-as \(setup.peerASN)
             neighbor \(peer) timers connect 1
            \(options.compactMap { $0 }.joined(separator: "\n"))
            \(families.joined(separator: "\n"))
            exit
            """)
    }

    func details(of prefix: IPPrefix) async throws -> String {
        try await ask("show bgp \(prefix.family == .ipv4 ? "ipv4" : "ipv6") unicast \(prefix)")
    }

    func refresh(_ setup: RouterSetup) async throws { _ = try await ask("clear bgp \(setup.peer) in") }

    func ask(_ command: String) async throws -> String {
        try await lab.router.run(command: ["vtysh", "--vty_socket", lab.directory, "-d", "bgpd", "-c", command]).output
    }

    func log() async throws -> String {
        try await lab.router.run(command: ["cat", "\(lab.directory)/bgpd.log"]).output
    }

    func stop() { process.stop() }
}
