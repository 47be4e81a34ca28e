import TestSupport

/// Authorities and certificates that a test makes with openssl, and that go with it.
final class Certificates: Sendable {
    let folder: TemporaryFolder

    /// `ca` signs `server` (127.0.0.1, localhost), `wrong` (another name), `expired`, `future` and `client`; `other` is an
    /// authority that signed none of them.
    init() throws {
        folder = try TemporaryFolder()
        for authority in ["ca", "other"] {
            try openssl(
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                "/CN=\(authority)", "-keyout", path("\(authority).key"), "-out", path("\(authority).crt"))
        }
        try issue("server", "subjectAltName=IP:127.0.0.1,DNS:localhost,DNS:api.example")
        try issue("wrong", "subjectAltName=DNS:elsewhere.example")
        try issue("expired", "subjectAltName=IP:127.0.0.1", from: "20200101000000Z", to: "20200102000000Z")
        try issue("future", "subjectAltName=IP:127.0.0.1", from: "20900101000000Z", to: "20900102000000Z")
        try issue("client", "extendedKeyUsage=clientAuth")
    }

    func path(_ name: String) -> String { folder.path + "/" + name }

    private func issue(_ name: String, _ extensions: String, from: String? = nil, to: String? = nil) throws {
        try openssl(
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=\(name)", "-keyout",
            path("\(name).key"), "-out", path("\(name).csr"))
        let settings = try TemporaryFile(
            """
            [ca]
            default_ca = test
            [test]
            new_certs_dir = \(folder.path)
            database = \(path("\(name).index"))
            serial = \(path("\(name).serial"))
            default_md = sha256
            policy = any
            x509_extensions = extensions
            [any]
            commonName = supplied
            [extensions]
            \(extensions)
            """)
        try Shell.check(["sh", "-c", ": > \(path("\(name).index")); echo 01 > \(path("\(name).serial"))"])
        var arguments = [
            "ca", "-batch", "-notext", "-config", settings.path, "-cert", path("ca.crt"), "-keyfile", path("ca.key"),
            "-in", path("\(name).csr"), "-out", path("\(name).crt"),
        ]
        if let from, let to { arguments += ["-startdate", from, "-enddate", to] } else { arguments += ["-days", "2"] }
        try Shell.check(["openssl"] + arguments)
    }

    private func openssl(_ arguments: String...) throws { try Shell.check(["openssl"] + arguments) }
}
