import Addresses
import Testing

@testable import NetworkIO

@Suite struct DefaultGatewaysTests {
    @Test("The kernel's tables → the gateways of default routes alone") func tables() throws {
        let ipv4 = DefaultGateways.ipv4(
            in: """
                Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
                eth0\t00000000\t010200C0\t0003\t0\t0\t100\t00000000\t0\t0\t0
                eth1\t00000000\t00000000\t0001\t0\t0\t200\t00000000\t0\t0\t0
                eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
                eth0\t0000000A\t090200C0\t0003\t0\t0\t0\t000000FF\t0\t0\t0
                eth0\t00000000\t090200C0\t0003\t0\t0\t0\t00000080\t0\t0\t0
                damaged
                """)
        #expect(ipv4.map(\.description) == ["192.0.2.1"])
        let zero = String(repeating: "0", count: 32)
        let ipv6 = DefaultGateways.ipv6(
            in: """
                20010db8000000000000000000000000 40 \(zero) 00 \(zero) 00000100 00000001 00000000 00000001 eth0
                \(zero) 00 \(zero) 00 20010db8000000000000000000000001 00000400 00000001 00000000 00450003 eth0
                \(zero) 00 \(zero) 00 \(zero) ffffffff 00000001 00000000 00200200 lo
                """)
        #expect(ipv6.map(\.description) == ["2001:db8::1"])
        #expect(DefaultGateways.ipv4(in: "").isEmpty && DefaultGateways.ipv6(in: "x").isEmpty)
        _ = DefaultGateways.current()
    }
}
