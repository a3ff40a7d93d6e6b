/// The blank consent form: one printable page of HTML that loads nothing.
enum ConsentForm {
  static let page = """
    <!DOCTYPE html>
    <html lang="en-GB">
    <head>
    <meta charset="utf-8">
    <title>Consent to share records</title>
    <style>
    @page { size: A4; margin: 18mm }
    body { font: 11pt/1.45 Helvetica, Arial, sans-serif; max-width: 46em; margin: 2em auto; padding: 0 1em }
    h1 { font-size: 1.5em; margin: 0 0 .3em } h2 { font-size: 1.05em; margin: 1.1em 0 .2em }
    .line { border-bottom: 1px solid #000; height: 1.9em } p { margin: .3em 0 } td { padding: .15em 1.2em .15em 0 }
    </style>
    </head>
    <body>
    <h1>Consent to share records</h1>
    <p>You may say yes, say no, or ask to talk first. You may take a yes back at any time, as easily as you gave it; that stops
    what has not been sent yet. Nothing else depends on your answer.</p>
    <h2>1. Whose records</h2>
    <p>Reference (for the office): CH-</p>
    <p>Name and date of birth</p><div class="line"></div>
    <h2>2. Who would receive them</h2>
    <p>Name of the person, and the body they work for</p><div class="line"></div>
    <h2>3. Which records</h2>
    <table>
    <tr><td>&#9744; EHC plan, dated ....................</td><td>&#9744; Advice the plan was made from</td></tr>
    <tr><td>&#9744; Review report</td><td>&#9744; Report from an outside agency</td></tr>
    <tr><td>&#9744; Teaching strategies</td><td>&#9744; Letters and messages</td></tr>
    </table>
    <p>Only these versions: a newer plan is asked about again. Others, named one by one</p><div class="line"></div>
    <h2>4. What for</h2><div class="line"></div>
    <h2>5. Until when</h2>
    <p>The last day this holds (a year from now at most, or the end of the school year): ...... / ...... / ............</p>
    <h2>6. Your answer</h2>
    <p>&#9744; Yes &nbsp; &#9744; No &nbsp; &#9744; I want to talk about it first</p>
    <h2>7. Who you are</h2>
    <table>
    <tr><td>&#9744; The child or young person</td><td>&#9744; Parent</td><td>&#9744; Guardian</td></tr>
    <tr><td>&#9744; Carer</td><td>&#9744; Local authority, under an order</td><td>&#9744; Deputy or attorney</td></tr>
    </table>
    <p>Name</p><div class="line"></div>
    <p>Signature and date</p><div class="line"></div>
    <h2>For the office</h2>
    <p>Identity seen (how, by whom, when); parental responsibility or order seen; if the pupil cannot decide this: who found so,
    when and how</p><div class="line"></div><div class="line"></div>
    </body>
    </html>

    """
}
