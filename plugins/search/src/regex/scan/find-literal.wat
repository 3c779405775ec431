;; Finds a text in bytes, sixteen places at a time. What Node.js has for it looks for the first byte of the text, and source code is full of most bytes;
;; this looks for two bytes of the text at once, the rarest ones, in either case where that is asked for.
(module
  (import "scan" "memory" (memory 1))
  ;; The first place at or after $at at which the text lies whole before $end, or -1. Up to 15 bytes behind $end are read.
  ;; $text, $masks: where the bytes of the text are, and with what each byte is or-ed before it is compared: 0x20 for a letter in either case, or 0.
  ;; $one, $other: places in the text of the two bytes.
  (func (export "find") (param $at i32) (param $end i32) (param $text i32) (param $masks i32) (param $length i32) (param $one i32) (param $other i32) (result i32)
    (local $last i32) (local $found i32) (local $here i32) (local $byte i32)
    (local $oneByte v128) (local $oneMask v128) (local $otherByte v128) (local $otherMask v128)
    (local.set $last (i32.sub (local.get $end) (local.get $length)))
    (local.set $oneByte (i8x16.splat (i32.load8_u (i32.add (local.get $text) (local.get $one)))))
    (local.set $oneMask (i8x16.splat (i32.load8_u (i32.add (local.get $masks) (local.get $one)))))
    (local.set $otherByte (i8x16.splat (i32.load8_u (i32.add (local.get $text) (local.get $other)))))
    (local.set $otherMask (i8x16.splat (i32.load8_u (i32.add (local.get $masks) (local.get $other)))))
    (block $none
      (loop $places
        (br_if $none (i32.gt_s (local.get $at) (local.get $last)))
        (local.set $found (i8x16.bitmask (v128.and
          (i8x16.eq (v128.or (v128.load align=1 (i32.add (local.get $at) (local.get $one))) (local.get $oneMask)) (local.get $oneByte))
          (i8x16.eq (v128.or (v128.load align=1 (i32.add (local.get $at) (local.get $other))) (local.get $otherMask)) (local.get $otherByte)))))
        (block $next
          (loop $candidates
            (br_if $next (i32.eqz (local.get $found)))
            (local.set $here (i32.add (local.get $at) (i32.ctz (local.get $found))))
            (br_if $none (i32.gt_s (local.get $here) (local.get $last)))
            (local.set $found (i32.and (local.get $found) (i32.sub (local.get $found) (i32.const 1))))
            (local.set $byte (i32.const 0))
            (block $differs
              (loop $bytes
                (br_if $differs (i32.ne
                  (i32.or
                    (i32.load8_u (i32.add (local.get $here) (local.get $byte)))
                    (i32.load8_u (i32.add (local.get $masks) (local.get $byte))))
                  (i32.load8_u (i32.add (local.get $text) (local.get $byte)))))
                (local.set $byte (i32.add (local.get $byte) (i32.const 1)))
                (br_if $bytes (i32.lt_u (local.get $byte) (local.get $length))))
              (return (local.get $here)))
            (br $candidates)))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $places)))
    (i32.const -1)))
