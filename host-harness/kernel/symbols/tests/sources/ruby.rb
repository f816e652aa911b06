# Greeter in a comment
require "json"

module Greet
  LIMIT = 3

  class Inner::Greeter < Base
    include Comparable
    attr_reader :name

    def initialize(name, größe: 1, **rest, &block)
      @name = name
      @@count ||= LIMIT
    end

    def self.build(*args) = new(*args)

    def greet!(other)
      "Greeter #{helper(other)} :symbol"
    end

    def ==(other) = name == other.name

    class << self
      def hidden; end
    end
  end
end

def helper(x)
  x.map { |y| y.to_s }
end
