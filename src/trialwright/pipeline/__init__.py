"""
The whole route, told on one page; one module a route.

    study         define:   a folder of YAML -> Study, checked; builds frozen and compared
    registration  register: a registry record, read and checked; the record that the definition would register
    conduct       capture -> store: every save and every act, from the web and from the virtual cohort alike
    readout       store -> derive -> analyze -> report -> export: a snapshot becomes results
    trace         and back: from a cell to the keystrokes behind it
    score         catalog:  a response criterion on a table of patients, a method on JSON lines
    demo          all of it, from registry record to readout, with virtual participants
"""
