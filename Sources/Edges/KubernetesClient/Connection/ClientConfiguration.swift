/// Where the API server is, whom to believe, and who we are.
package struct ClientConfiguration: Hashable, Sendable {
    /// A value in the configuration itself, or in a file that may change.
    package enum Source: Hashable, Sendable {
        case data(Confidential)
        case file(String)
    }

    package enum Credentials: Hashable, Sendable {
        case none
        case token(Confidential)
        /// Read again for each request.
        case tokenFile(String)
        case basic(user: String, password: Confidential)
        case exec(ExecPlugin)
    }

    /// For example `https://192.0.2.1:6443`, without a slash at its end.
    package var server: String
    /// `nil`: the authorities that the system trusts.
    package var authority: Source?
    package var certificate: Source?
    package var key: Source?
    /// The name that the server's certificate must have, where it is not that of ``server``.
    package var serverName: String?
    /// Believe anybody. For tests of a cluster that is one's own.
    package var skipsVerification: Bool
    package var credentials: Credentials
    /// Of an HTTP proxy.
    package var proxy: String?
    /// The namespace that commands work in where none is given.
    package var namespace: String?

    package init(
        server: String, authority: Source? = nil, certificate: Source? = nil, key: Source? = nil,
        serverName: String? = nil, skipsVerification: Bool = false, credentials: Credentials = .none,
        proxy: String? = nil, namespace: String? = nil
    ) {
        self.server = server
        self.authority = authority
        self.certificate = certificate
        self.key = key
        self.serverName = serverName
        self.skipsVerification = skipsVerification
        self.credentials = credentials
        self.proxy = proxy
        self.namespace = namespace
    }
}

extension ClientConfiguration {
    /// What is wrong with a configuration, with the remedy.
    package struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        package let description: String

        package init(_ description: String) { self.description = description }
    }

    /// Finds the configuration as kubectl does: the file that is named, else those of `KUBECONFIG`, else that of the pod's
    /// service account, else `~/.kube/config`.
    ///
    /// - Parameter context: instead of the file's current context.
    package static func find(
        path: String?, context: String? = nil, environment: [String: String], files: any FileReading = DiskFiles()
    ) throws(Failure) -> ClientConfiguration {
        if let path { return try Kubeconfig.load([path], files).configuration(context: context) }
        let listed = (environment["KUBECONFIG"] ?? "").split(separator: ":").map(String.init)
        if !listed.isEmpty { return try Kubeconfig.load(listed, files).configuration(context: context) }
        if context == nil, let configuration = inCluster(environment, files) { return configuration }
        let home = (environment["HOME"] ?? "") + "/.kube/config"
        guard files.exists(home) else {
            throw Failure(
                "no cluster given: set --kubeconfig or KUBECONFIG (\(home) does not exist, and this is not a pod)"
            )
        }
        return try Kubeconfig.load([home], files).configuration(context: context)
    }

    /// Whether ``find(path:context:environment:files:)`` has a cluster without being given one.
    package static func isPresent(
        environment: [String: String], files: any FileReading = DiskFiles()
    ) -> Bool {
        !(environment["KUBECONFIG"] ?? "").isEmpty || inCluster(environment, files) != nil
            || files.exists((environment["HOME"] ?? "") + "/.kube/config")
    }

    private static let account = "/var/run/secrets/kubernetes.io/serviceaccount"

    /// That of the pod's service account; `nil` outside a pod.
    private static func inCluster(_ environment: [String: String], _ files: any FileReading) -> ClientConfiguration? {
        guard let host = environment["KUBERNETES_SERVICE_HOST"], let port = environment["KUBERNETES_SERVICE_PORT"],
            files.exists(account + "/token")
        else { return nil }
        let namespace = (try? files.read(account + "/namespace")).map { String(decoding: $0, as: UTF8.self) }
        return ClientConfiguration(
            server: host.contains(":") ? "https://[\(host)]:\(port)" : "https://\(host):\(port)",
            authority: .file(account + "/ca.crt"), credentials: .tokenFile(account + "/token"), namespace: namespace)
    }
}
