import ArgumentParser
import KubernetesModel
import TestSupport
import Testing
import martlet

/// What a command asks where nothing is named, and what is meant by a name.
@Suite("Without a source") struct SourceTests {
    /// The environment, and what the message must have of the server that was asked.
    static let environments: [(variables: [String: String], command: [String], status: Int32, says: String)] = [
        (["HOME": "/nonexistent"], ["get", "pools"], 1, "nothing listens at http://127.0.0.1:7472"),
        (["HOME": "/nonexistent"], ["explain", "web"], 1, "there is no kubeconfig either"),
        (["HOME": "/nonexistent"], ["bundle"], 1, "nothing listens at http://127.0.0.1:7472"),
        (
            ["HOME": "/nonexistent", "MARTLET_SERVER": "http://127.0.0.1:2"], ["get", "pools"], 1,
            "at http://127.0.0.1:2"
        ),
        (
            ["KUBECONFIG": "/nowhere", "MARTLET_SERVER": "http://127.0.0.1:2"], ["explain", "web"], 1,
            "at http://127.0.0.1:2"
        ),
        (["MARTLET_SERVER": "http://127.0.0.1:2"], ["top"], 1, "at http://127.0.0.1:2"),
        (["MARTLET_SERVER": "http://127.0.0.1:2"], ["rebalance"], 1, "at http://127.0.0.1:2"),
        (["MARTLET_SERVER": "http://127.0.0.1:2"], ["bundle"], 1, "at http://127.0.0.1:2"),
        (
            ["MARTLET_SERVER": "http://127.0.0.1:2"], ["get", "pools", "--server", "http://127.0.0.1:3"], 1,
            "127.0.0.1:3"
        ),
        (
            ["MARTLET_SERVER": "http://127.0.0.1:2"], ["get", "pools", "--kubeconfig", "/nowhere"], 1,
            "no kubeconfig /nowhere"
        ),
        (["KUBECONFIG": "/nowhere"], ["get", "pools"], 1, "/nowhere"),
        (["MARTLET_SERVER": "nonsense"], ["get", "pools"], 1, "MARTLET_SERVER: nonsense: expected http://"),
        (["MARTLET_SERVER": "http://127.0.0.1:2"], ["get", "pools", "-l", "a=b"], 1, "-l is for a cluster"),
    ]

    @Test("the environment's is asked, then a cluster's, then this host's", arguments: environments)
    func place(row: (variables: [String: String], command: [String], status: Int32, says: String)) async throws {
        let unset = ["KUBECONFIG", "MARTLET_SERVER"].filter { row.variables[$0] == nil }.flatMap { ["-u", $0] }
        let set = row.variables.map { "\($0.key)=\($0.value)" }.sorted()
        let result = try await ChildProcess(["env"] + unset + set + [Program.path] + row.command).wait()
        #expect(result.status == row.status, "\(result)")
        #expect(result.errors.contains(row.says) && result.output.isEmpty, "\(result)")
    }

    /// What is typed, the namespace of `-n`, and the Service that is meant; `nil`: none.
    static let names: [(text: String, namespace: String?, service: String?)] = [
        ("web", nil, "default/web"), ("web", "shop", "shop/web"), ("shop/web", nil, "shop/web"),
        ("shop/web", "shop", "shop/web"), ("shop/web", "other", nil), ("svc/web", nil, "default/web"),
        ("svc/web", "shop", "shop/web"), ("service/web", "shop", "shop/web"), ("Services/web", nil, "default/web"),
        ("svc/shop/web", nil, "shop/web"), ("web", "svc", "svc/web"), ("a/b/c", nil, nil), ("", nil, nil),
        ("svc/", nil, nil), ("/web", nil, nil), ("shop/", nil, nil),
    ]

    @Test("a Service is meant as kubectl means it", arguments: names)
    func service(row: (text: String, namespace: String?, service: String?)) {
        let name = try? TypedService.name(row.text, namespace: row.namespace)
        #expect(name?.description == row.service, "\(row)")
    }
}
