import Telemetry
import Testing

@Suite("HTTP endpoints") struct HTTPEndpointTests {
    @Test(
        "an address and a port are read, and printed again",
        arguments: ["127.0.0.1:7472", "[::1]:7472", "0.0.0.0:0", "[2001:db8::1]:65535"])
    func reads(text: String) throws {
        #expect(try HTTPEndpoint(text).description == text)
    }

    @Test(
        "anything else is rejected with what is wrong",
        arguments: [
            ("", "the port is missing"), ("127.0.0.1", "the port is missing"), ("[::1]", "the port is missing"),
            ("127.0.0.1:", "a port is a number"), ("127.0.0.1:65536", "a port is a number"),
            ("127.0.0.1:-1", "a port is a number"), ("127.0.0.1:http", "a port is a number"),
            (":7472", "the address is missing"), ("::1:7472", "must be in brackets"), ("::1", "is not ADDRESS:PORT"),
            ("[127.0.0.1]:80", "brackets are for IPv6"), ("localhost:7472", "expected a decimal octet"),
            ("127.0.0.01:80", "leading zeros"), ("[::1:80", "is not ADDRESS:PORT"),
        ])
    func refuses(text: String, problem: String) {
        let error = #expect(throws: HTTPServerError.self) { try HTTPEndpoint(text) }
        #expect(error?.description.contains(problem) == true, "\(error?.description ?? "")")
    }
}
