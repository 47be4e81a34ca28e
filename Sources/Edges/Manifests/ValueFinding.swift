/// A value that the API server would reject, in a kind of Kubernetes' own.
struct ValueFinding: Hashable {
    let field: String
    let message: String
}
