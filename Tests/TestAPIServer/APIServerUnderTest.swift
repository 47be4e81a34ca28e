import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL
import TestSupport

/// An API server that has taken in `deploy/base`: the one in memory, or a real one.
package struct APIServerUnderTest: Sendable {
    private static let accounts = ["martlet-controller", "martlet-speaker"]

    package let url: String
    private let adminToken: String
    private let client: HTTPClient
    // Kept for as long as this is.
    private let servers: (TestAPIServer?, RealAPIServer?)

    private init(
        _ url: String, adminToken: String, _ client: HTTPClient, _ servers: (TestAPIServer?, RealAPIServer?)
    ) {
        self.url = url
        self.adminToken = adminToken
        self.client = client
        self.servers = servers
    }

    private static let deploy = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../deploy").standardized

    /// What `run` can be given on this machine: none for the one in memory, and the folder of a real one where there is one.
    package static let assetsAtHand: [String?] = [nil] + (RealAPIServer.assets.map { [$0] } ?? [])

    /// Runs `body` with an API server: a real one from `assets`, or the one in memory.
    package static func run<Result>(
        assets: String?, _ body: (APIServerUnderTest) async throws -> Result
    ) async throws -> Result {
        var tls = TLSConfiguration.makeClientConfiguration()
        // The certificate is of the server's own making.
        tls.certificateVerification = .none
        let client = HTTPClient(configuration: .init(tlsConfiguration: tls))
        do {
            let server =
                if let assets {
                    try await onOwnThread { try real(assets, client) }
                } else {
                    try await inMemory(client)
                }
            let result = try await body(server)
            try await client.shutdown()
            return result
        } catch {
            try? await client.shutdown()
            throw error
        }
    }

    private static func inMemory(_ client: HTTPClient) async throws -> APIServerUnderTest {
        let server = TestAPIServer()
        try await server.start()
        for folder in ["crds", "base"] {
            let folder = deploy.appendingPathComponent(folder)
            for file in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            where file.hasSuffix(".yaml") && file != "kustomization.yaml" {
                try await server.apply(yaml: String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8))
            }
        }
        try await server.apply(["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "default"]])
        for account in accounts { _ = await server.addAccount(account) }
        return APIServerUnderTest(
            "http://127.0.0.1:\(await server.port)", adminToken: TestAPIServer.adminToken, client, (server, nil))
    }

    private static func real(_ assets: String, _ client: HTTPClient) throws -> APIServerUnderTest {
        let server = try RealAPIServer(assets: assets, accounts: accounts)
        for folder in ["crds", "base"] {
            let applied = try server.run("apply", "-k", deploy.appendingPathComponent(folder).path)
            guard applied.succeeded else { throw TestFailure("\(applied)") }
            let served = try server.run("wait", "--for=condition=Established", "--timeout=60s", "crd", "--all")
            guard served.succeeded else { throw TestFailure("\(served)") }
        }
        return APIServerUnderTest(
            "https://127.0.0.1:\(server.port)", adminToken: RealAPIServer.adminToken, client, (nil, server))
    }

    /// Asks as an administrator, as one of the accounts, or with a token.
    package func ask(
        _ method: String, _ path: String, _ body: JSON? = nil, contentType: String = "application/json",
        as account: String? = nil, token: String? = nil
    ) async throws -> (code: Int, text: [UInt8]) {
        var request = HTTPClientRequest(url: url + path)
        request.method = HTTPMethod(rawValue: method)
        let token = token ?? account.map { RealAPIServer.token(of: $0) } ?? adminToken
        request.headers.add(name: "Authorization", value: "Bearer \(token)")
        if let body {
            request.headers.add(name: "Content-Type", value: contentType)
            request.body = .bytes(ByteBuffer(bytes: body.text))
        }
        let response = try await client.execute(request, timeout: .seconds(30))
        let text = try await response.body.collect(upTo: 1 << 28)
        return (Int(response.status.code), Array(text.readableBytesView))
    }

    /// Everything that was asked so far.
    package func requests() async -> [RecordedRequest] {
        if let server = servers.0 { return await server.requests }
        return (servers.1?.audit ?? "").split(separator: "\n").compactMap { line in
            guard let event = try? JSON(Array(line.utf8)), let verb = event["verb"]?.string,
                let resource = event["objectRef", "resource"]?.string
            else { return nil }
            return RecordedRequest(
                user: event["user", "username"]?.string ?? "", verb: verb,
                resource: resource + (event["objectRef", "subresource"]?.string.map { "/" + $0 } ?? ""),
                path: event["requestURI"]?.string ?? "", code: event["responseStatus", "code"]?.int ?? 0)
        }
    }

    /// A token of an account that names a node, as that of a pod does.
    package func token(of account: String, on node: String) async throws -> String {
        if let server = servers.0 { return await server.addAccount(account, node: node) }
        let object = try JSON(try await ask("GET", "/api/v1/nodes/\(node)").text)
        let request: JSON = [
            "apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest",
            "spec": [
                "boundObjectRef": [
                    "apiVersion": "v1", "kind": "Node", "name": .string(node), "uid": object["metadata", "uid"] ?? "",
                ]
            ],
        ]
        let path = "/api/v1/namespaces/martlet-system/serviceaccounts/\(account)/token"
        let answer = try await ask("POST", path, request)
        guard let token = try? JSON(answer.text)["status", "token"]?.string else {
            throw TestFailure("no token for \(account) on \(node): \(String(decoding: answer.text, as: UTF8.self))")
        }
        return token
    }

    /// The kubeconfig of an account, as text; without one, an administrator's.
    package func kubeconfig(of account: String? = nil) -> String {
        kubeconfig(token: account.map { RealAPIServer.token(of: $0) } ?? adminToken)
    }

    package func kubeconfig(token: String) -> String {
        let trust = url.hasPrefix("https") ? #", "insecure-skip-tls-verify": true"# : ""
        return """
            {"apiVersion": "v1", "kind": "Config", "current-context": "a", \
            "clusters": [{"name": "a", "cluster": {"server": "\(url)"\(trust)}}], \
            "users": [{"name": "a", "user": {"token": "\(token)"}}], \
            "contexts": [{"name": "a", "context": {"cluster": "a", "user": "a"}}]}
            """
    }
}
