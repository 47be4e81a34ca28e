import Addresses
import TestSupport

/// An OpenBGPD in a lab's router namespace. It stays idle for 30 s after it has lost a session.
final class OpenBGPDRouter: InteropRouter {
    private let lab: BGPLab
    private let process: ChildProcess
    let socket: String

    init(_ lab: BGPLab, _ setup: RouterSetup) async throws {
        self.lab = lab
        socket = "\(lab.directory)/openbgpd.sock"
        // Its helpers lock themselves in there.
        try Shell.check(["mkdir", "-p", "/run/openbgpd"])
        let families = AddressFamily.allCases.map { family in
            "announce \(family == .ipv4 ? "IPv4" : "IPv6") \(setup.families.contains(family) ? "unicast" : "none")"
        }
        let path = try lab.writeFile(
            "openbgpd.conf",
            """
            AS \(setup.asn) \(setup.asn > 65535 ? "23456" : "")
            router-id 10.99.0.2
            socket "\(socket)"
            fib-update no
            nexthop qualify via default
            listen on \(setup.own)
            neighbor \(setup.peer) {
                remote-as \(setup.peerASN)
                local-address \(setup.own)
                holdtime \(setup.holdTime)
                enforce neighbor-as no
                announce restart yes
                announce as-4byte \(setup.isTwoOctets ? "no" : "yes")
                \(families.joined(separator: "\n    "))
                \(setup.connects ? "" : "passive")
                \(setup.isMultihop ? "multihop 5" : "")
                \(setup.password.map { "tcp md5sig password \"\($0)\"" } ?? "")
            }
            allow from any
            allow to any

            """)
        // It reads no file that others may read.
        try Shell.check(["chmod", "600", path])
        process = try lab.router.start("bgpd", "-d", "-f", path)
        try await eventually("OpenBGPD answers") { try await self.ask("show summary").contains("Neighbor") }
    }

    func ask(_ command: String) async throws -> String {
        try await lab.router.run(
            command: ["bgpctl", "-s", socket] + command.split(separator: " ").map(String.init)
        ).output
    }

    func details(of prefix: IPPrefix) async throws -> String {
        let routes = try await ask("show rib detail").split(separator: "BGP routing table entry for ")
        return routes.first { $0.hasPrefix("\(prefix)\n") }.map(String.init) ?? ""
    }

    func refresh(_ setup: RouterSetup) async throws { _ = try await ask("neighbor \(setup.peer) refresh") }

    func stop() { process.stop() }
}
