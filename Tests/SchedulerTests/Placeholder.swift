import Testing

@Test func placeholder() throws {
  let value = try #require([1, 2].first)
  #expect(value == 1)
}
