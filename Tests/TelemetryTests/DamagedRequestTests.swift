import Addresses
import Logging
import Telemetry
import TestSupport
import Testing

@Suite("HTTP requests that chance has damaged", .timeLimit(.minutes(2))) struct DamagedRequestTests {
    private static let requests = [
        "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "GET /readyz?verbose=1 HTTP/1.0\r\nAccept-Encoding: gzip\r\n\r\n",
        "POST /healthz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "HEAD /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc",
        "GET http://x/healthz HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nExpect: 100-continue\r\n\r\n",
    ]
    private static let pieces = [
        "\r\n", "\r\n\r\n", "HTTP/1.1", "HTTP/2.0", "Content-Length: 99999999999999999999\r\n",
        "Content-Length: -1\r\n",
        "Transfer-Encoding: chunked\r\n", "FFFFFFFFFFFFFFFF\r\n", "0\r\n\r\n", "Host: ", "%00", "/../", "?", "GET ",
        "\u{0}",
    ]

    @Test("The server answers or closes, and serves the next as ever", arguments: [UInt64](1...8))
    func damaged(seed: UInt64) async throws {
        var limits = HTTPLimits()
        limits.exchange = .milliseconds(200)
        let server = try await HTTPServer.bind(
            to: HTTPEndpoint(address: .v4(IPv4Address(127, 0, 0, 1)), port: 0), routes: [.health()], limits: limits,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingTaskGroup { tasks in
            tasks.addTask { try? await server.run() }
            var text = DamagedText(Self.requests, pieces: Self.pieces, seed: seed)
            for round in 0..<40 {
                let request = String(decoding: text.next(), as: UTF8.self)
                let answer = try await RawClient.exchange(with: server.endpoint, [request], limit: .seconds(5)) {
                    $0.contains("\r\n\r\n")
                }
                #expect(answer.isEmpty || answer.hasPrefix("HTTP/1."), "seed \(seed), round \(round): \(request)")
            }
            let last = try await RawClient.exchange(with: server.endpoint, [Self.requests[0]])
            #expect(last.hasPrefix("HTTP/1.1 200"), "seed \(seed)")
            tasks.cancelAll()
        }
    }
}
