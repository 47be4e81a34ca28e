/// The kind `Community`: aliases for community values (`martlet.dev/v1beta1`, `metallb.io/v1beta1`).
///
/// Its name here is not the kind's, which is BGP's word for one value.
package struct CommunityList: Codable, Hashable, Sendable {
    package var apiVersion: String?
    package var metadata: ObjectMeta
    package var spec: CommunityListSpec?
    package var status: ConfigurationStatus?
}

package struct CommunityListSpec: Codable, Hashable, Sendable {
    package var communities: [CommunityAlias]?
}

package struct CommunityAlias: Codable, Hashable, Sendable {
    package var name: String?
    package var value: String?
}
