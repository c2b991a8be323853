import Testing

@testable import ClusterModel

@Suite struct PodKeyTests {
  @Test func `UUIDs as the API server writes them take no string`() {
    let key = PodKey("0123abcd-4567-89ab-cdef-0123456789ef")
    #expect(key == .uuid(0x0123_abcd_4567_89ab, 0xcdef_0123_4567_89ef))
    #expect(key != PodKey("0123abcd-4567-89ab-cdef-0123456789ee"))
    #expect(key != PodKey("1123abcd-4567-89ab-cdef-0123456789ef"))
  }

  /// Two UIDs that are written differently are different pods.
  @Test(arguments: [
    "", "-", "p", "0123ABCD-4567-89AB-CDEF-0123456789EF", "0123abcd456789abcdef0123456789ef",
    "0123abcd-4567-89ab-cdef-0123456789e", "0123abcd-4567-89ab-cdef-0123456789eff",
    "0123abcd-4567-89ab-cdef-0123456789eg",
    "0123abcd-456789ab-cdef-0123456789ef1", "0123abcd-4567-89ab-cdef-01234567-9ef",
    "0123abcd04567-89ab-cdef-0123456789ef",
    "{123abcd-4567-89ab-cdef-0123456789ef", "0123abcd-4567-89ab-cdef-0123456789é",
  ])
  func `whatever else is kept as it is`(uid: String) {
    #expect(PodKey(uid) == .text(uid))
  }
}
