import Addresses
import Interfaces
import NetworkIO
import Speaker
import Testing

@Suite struct InterfaceObstacleTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let interface: Interface
        let others: [Interface]
        let obstacle: InterfaceObstacle?
    }

    static let mac = MACAddress(2, 0, 0, 0, 0, 1)

    static func row(
        _ description: String, _ obstacle: InterfaceObstacle?, addresses: [(String, Int)] = [("192.0.2.1", 24)],
        others: [Interface] = [], _ change: (inout Interface) -> Void = { _ in }
    ) -> Row {
        var interface = Interface(
            index: 5, name: "eth0", hardwareAddress: mac,
            addresses: addresses.compactMap { text, length in
                (try? IPAddress(text)).map { InterfaceAddress(address: $0, prefixLength: length) }
            })
        change(&interface)
        return Row(testDescription: description, interface: interface, others: others, obstacle: obstacle)
    }

    static func part(_ name: String, kind: String?) -> Interface {
        Interface(index: CInt(name.utf8.count + 10), name: name, hardwareAddress: mac, kind: kind, masterIndex: 5)
    }

    static let rows = [
        row("a NIC with a subnet", nil),
        row("a NIC with an IPv6 subnet alone", nil, addresses: [("2001:db8::1", 64), ("fe80::1", 64)]),
        row("one end of a veth pair with a subnet, as in a container", nil) { $0.kind = "veth" },
        row("a VLAN with a subnet", nil) { $0.kind = "vlan" },
        row("loopback", .loopback, addresses: [("127.0.0.1", 8)]) { $0.isLoopback = true },
        row("a tunnel", .notEthernet) { $0.isEthernet = false },
        row("kube-ipvs0", .withoutARP, addresses: [("192.0.2.80", 32)]) {
            $0.kind = "dummy"
            $0.isWithoutARP = true
        },
        row("no MAC address", .withoutHardwareAddress) { $0.hardwareAddress = nil },
        row(
            "a bridge's port", .partOfAnother,
            others: [Interface(index: 9, name: "br0", hardwareAddress: mac, kind: "bridge")]
        ) { $0.masterIndex = 9 },
        row("a port of an interface not seen yet", .partOfAnother) { $0.masterIndex = 9 },
        row("an interface of a VRF", nil, others: [Interface(index: 9, name: "red", hardwareAddress: mac, kind: "vrf")])
        {
            $0.masterIndex = 9
        },
        row("down", .down) { $0.isUp = false },
        row("without a carrier", .noCarrier) { $0.hasCarrier = false },
        row("without addresses", .withoutSubnet, addresses: []),
        row("a pod's link: link-local alone", .withoutSubnet, addresses: [("fe80::1", 64)]) { $0.kind = "veth" },
        row("a pod's link: the gateway as /32", .withoutSubnet, addresses: [("10.244.0.1", 32)]) { $0.kind = "veth" },
        row("IPv4 link-local alone", .withoutSubnet, addresses: [("169.254.3.4", 16)]),
        row("the pods' bridge", .bridgeOfVeths, others: [part("veth1", kind: "veth"), part("veth22", kind: "veth")]) {
            $0.kind = "bridge"
        },
        row("the host's bridge over a NIC", nil, others: [part("eno1", kind: nil), part("veth22", kind: "veth")]) {
            $0.kind = "bridge"
        },
        row("a bridge over a bond", nil, others: [part("bond0", kind: "bond")]) { $0.kind = "bridge" },
    ]

    @Test("An interface is suitable, or its first obstacle is named", arguments: rows)
    func obstacle(row: Row) {
        #expect(InterfaceObstacle(of: row.interface, in: InterfaceTable([row.interface] + row.others)) == row.obstacle)
    }

    @Test("Every obstacle has a row, and two of them are overcome by naming the interface")
    func coverage() {
        #expect(Set(InterfaceObstacleTests.rows.compactMap(\.obstacle)) == Set(InterfaceObstacle.allCases))
        #expect(InterfaceObstacle.allCases.filter(\.canBeOvercome) == [.withoutSubnet, .bridgeOfVeths])
    }
}
